import { toModel } from '../engines/model.ts'
import { readFile, writeFile } from '../files.ts'
import type { WeightBits } from '../ops/op.ts'
import { runFloatPasses } from '../passes/float/index.ts'
import { calibrate } from '../quantize/calibrate.ts'
import { calibrationRows } from '../quantize/calibration-rows.ts'
import { compare } from '../quantize/compare.ts'
import { quantize } from '../quantize/quantize.ts'
import { schemeFor } from '../quantize/scheme.ts'
import { runReference } from '../reference/run.ts'
import { readFloatTflite } from '../tflite/read-float.ts'
import { loadTfjs } from '../train/backend.ts'

/** Rows that are computed at once. */
const BATCH_ROWS = 32
/** Rows on which each node's noise is measured. */
const NOISE_ROWS = 8

export interface QuantizeFileInput {
  /** A .tflite file of float32 arithmetic. */
  readonly model: string
  /** `.npy` files with rows of the model's inputs, as it takes them: one file for each input, in order. */
  readonly calibrate: readonly string[]
  /** The .tflite file to write. */
  readonly out: string
  /** Bits of the weights. Default 8. */
  readonly weightBits?: WeightBits
  /** Nodes that compute in int16, by the names of their outputs. Default none. */
  readonly int16?: readonly string[]
}

/** Turns a float .tflite file into an int8 one, calibrated on rows of its inputs, and measures what each node lost. */
export function quantizeFile({ model: path, calibrate: files, out, weightBits = 8, int16 = [] }: QuantizeFileInput) {
  const float = readFloatTflite(readFile(path, 'Give the path of a float .tflite file'), path)
  const { rows, count } = calibrationRows(float, files)
  const tf = loadTfjs()
  const graph = runFloatPasses(float)
  const size = rows.length / count
  const batches = Array.from({ length: Math.ceil(count / BATCH_ROWS) }, (_, i) =>
    rows.subarray(i * BATCH_ROWS * size, (i + 1) * BATCH_ROWS * size),
  )
  const ranges = calibrate(tf, graph, batches)
  const model = toModel(quantize(graph, ranges, schemeFor(graph, weightBits, int16)), out)
  const nodes = compare(tf, graph, model.graph, rows.subarray(0, NOISE_ROWS * size), runReference)
  writeFile(out, model.tflite)
  return { figures: { out, bytes: model.tflite.length, rows: count, nodes }, model, nodes }
}
