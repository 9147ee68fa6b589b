import { toModel } from '../engines/model.ts'
import { readFile, sha256, writeFile } from '../files.ts'
import type { FloatGraph } from '../ir/graph.ts'
import { runFloatPasses } from '../passes/float/index.ts'
import { calibrationRows, ROWS_HINT } from '../quantize/calibration-rows.ts'
import { integerForm, type Precision, precisionNote, precisionOf } from '../quantize/form.ts'
import { measured } from '../quantize/measured.ts'
import { quantize } from '../quantize/quantize.ts'
import { readFloatTflite } from '../tflite/read-float.ts'
import { loadTfjs } from '../train/backend.ts'
import { exportGraph } from '../train/export.ts'
import { loadFloatModel } from '../train/float-model.ts'

/** Rows on which each node's noise is measured. */
const NOISE_ROWS = 8

export interface QuantizeFileInput extends Precision {
  /** A .tflite file of float32 arithmetic. */
  readonly model: string
  /**
   * `.npy` files with rows of the model's inputs, one file for each input, in order: as a file takes them, and in the units of a folder's
   * task, as `run` takes them (millivolts, say).
   */
  readonly calibrate: readonly string[]
  /** The .tflite file to write. */
  readonly out: string
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
    const rowsSha256 = input.calibrate.map(file => sha256(readFile(file, ROWS_HINT)))
    const quantization = { ...precisionNote(precisionOf(input)), rowsSha256 }
    const provenance = { ...metadata.provenance, quantization }
    return quantizeOnRows(exportGraph(model, { ...metadata, provenance }), input)
  } finally {
    model.dispose()
  }
}

function quantizeOnRows(float: FloatGraph, { calibrate: files, out, ...input }: Omit<QuantizeFileInput, 'model'>) {
  const { rows, count } = calibrationRows(float, files)
  const tf = loadTfjs()
  const form = integerForm(tf, runFloatPasses(float), rows, precisionOf(input))
  const model = toModel(quantize(form.graph, form.ranges, form.scheme), out)
  const noise = measured(tf, form, model.graph, rows.subarray(0, (NOISE_ROWS * rows.length) / count))
  writeFile(out, model.tflite)
  return { figures: { out, bytes: model.tflite.length, rows: count, ...noise }, model, noise }
}
