import { toModel } from '../engines/model.ts'
import { byName } from '../errors.ts'
import { readFile, sha256, writeFile } from '../files.ts'
import type { FloatGraph } from '../ir/graph.ts'
import type { WeightBits } from '../ops/op.ts'
import { runFloatPasses } from '../passes/float/index.ts'
import { calibrate } from '../quantize/calibrate.ts'
import { calibrationRows, ROWS_HINT } from '../quantize/calibration-rows.ts'
import { compare } from '../quantize/compare.ts'
import { quantize } from '../quantize/quantize.ts'
import { rangeMethods } from '../quantize/ranges/index.ts'
import { schemeFor } from '../quantize/scheme.ts'
import { runReference } from '../reference/run.ts'
import { readFloatTflite } from '../tflite/read-float.ts'
import { loadTfjs } from '../train/backend.ts'
import { exportGraph } from '../train/export.ts'
import { loadFloatModel } from '../train/float-model.ts'

/** Rows that are computed at once. */
const BATCH_ROWS = 32
/** Rows on which each node's noise is measured. */
const NOISE_ROWS = 8

export interface QuantizeFileInput {
  /** A .tflite file of float32 arithmetic. */
  readonly model: string
  /**
   * `.npy` files with rows of the model's inputs, one file for each input, in order: as a file takes them, and in the units of a folder's
   * task, as `run` takes them (millivolts, say).
   */
  readonly calibrate: readonly string[]
  /** The .tflite file to write. */
  readonly out: string
  /** Bits of the weights. Default 8. */
  readonly weightBits?: WeightBits
  /** Nodes that compute in int16, by the names of their outputs. Default none. */
  readonly int16?: readonly string[]
  /** Name of the rule for ranges (quantize/ranges). Default records. */
  readonly ranges?: string
}

export interface QuantizeFolderInput extends Omit<QuantizeFileInput, 'model'> {
  /** Folder of a float model, or the name of one that ships. */
  readonly model: string
}

/** Turns a float .tflite file into an int8 one, calibrated on rows of its inputs, and measures what each node lost. */
export function quantizeFile({ model, ...input }: QuantizeFileInput) {
  const float = readFloatTflite(readFile(model, 'Give the path of a float .tflite file'), model)
  return quantizeOnRows(float, input)
}

/** Does the same with a folder of a float model, whose own records are not needed. */
export async function quantizeFolder({ model: dir, ...input }: QuantizeFolderInput) {
  const { model, metadata } = await loadFloatModel(loadTfjs(), dir)
  try {
    const { weightBits = 8, int16 = [], ranges } = input
    const rowsSha256 = input.calibrate.map(file => sha256(readFile(file, ROWS_HINT)))
    const quantization = { weightBits, int16: [...int16], ...(ranges && { ranges }), rowsSha256 }
    const provenance = { ...metadata.provenance, quantization }
    return quantizeOnRows(exportGraph(model, { ...metadata, provenance }), input)
  } finally {
    model.dispose()
  }
}

function quantizeOnRows(
  float: FloatGraph,
  {
    calibrate: files,
    out,
    weightBits = 8,
    int16 = [],
    ranges: rule = rangeMethods[0].name,
  }: Omit<QuantizeFileInput, 'model'>,
) {
  const { rows, count } = calibrationRows(float, files)
  const tf = loadTfjs()
  const graph = runFloatPasses(float)
  const size = rows.length / count
  const batches = Array.from({ length: Math.ceil(count / BATCH_ROWS) }, (_, i) =>
    rows.subarray(i * BATCH_ROWS * size, (i + 1) * BATCH_ROWS * size),
  )
  const ranges = calibrate(tf, graph, batches, byName('ranges', rule, rangeMethods))
  const model = toModel(quantize(graph, ranges, schemeFor(graph, weightBits, int16)), out)
  const nodes = compare(tf, graph, model.graph, rows.subarray(0, NOISE_ROWS * size), runReference)
  writeFile(out, model.tflite)
  return { figures: { out, bytes: model.tflite.length, rows: count, nodes }, model, nodes }
}
