import { standardizedRows } from '../ecg/datasets/standardized-rows.ts'
import { predictInt8 } from '../engines/predict.ts'
import { writeFile } from '../files.ts'
import { knowsValidation } from '../ir/metadata.ts'
import { selectionScore } from '../metrics/selection-score.ts'
import { fitTemperature } from '../metrics/temperature.ts'
import type { WeightBits } from '../ops/op.ts'
import { compare } from '../quantize/compare.ts'
import { runReference } from '../reference/run.ts'
import { taskOfModel } from '../tasks/find-task.ts'
import { loadTfjs } from '../train/backend.ts'
import { loadFloatModel } from '../train/float-model.ts'
import { predictFloat } from '../train/predict.ts'
import type { Context } from '../watch.ts'
import { provenanceOf } from './model-metadata.ts'
import { rememberedNote, syntheticNotes } from './open-model.ts'
import { type DataChoice, forModel, openRecords } from './open-records.ts'
import { quantizeTrained } from './to-integers.ts'

/** Training records on which each node's noise is measured. */
const NOISE_RECORDS = 8

export interface QuantizeInput extends DataChoice {
  /** Folder of a float model. */
  readonly model: string
  /** The .tflite file to write. */
  readonly out: string
  /** Draws the calibration records. Default 1. */
  readonly seed?: number
  /** Bits of the weights. Default 8. */
  readonly weightBits?: WeightBits
  /** Nodes that compute in int16, by the names of their outputs. Default none. */
  readonly int16?: readonly string[]
}

/** Turns a float model into an int8 .tflite file, calibrated on training records, and measures what each node lost. */
export async function quantize(input: QuantizeInput, context: Context = {}) {
  const { model: dir, out, seed = 1, weightBits = 8, int16 = [] } = input
  const tf = loadTfjs()
  const { model, metadata: own } = await loadFloatModel(tf, dir)
  const task = taskOfModel(own)
  const { opened } = await openRecords(task, ['train', 'validation'], forModel(dir, own, input), context)
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  const predictions = predictFloat(tf, model, validation, own)
  // Models from before temperatures were kept get theirs here; one that trained on these records would only seem sure.
  const remembers = knowsValidation(own)
  const metadata = own.temperature || remembers ? own : { ...own, temperature: fitTemperature(predictions) }
  const quantization = {
    ...((weightBits !== 8 || int16.length > 0) && { weightBits, int16: [...int16] }),
    // The records of its training are in its provenance already.
    ...(opened.hash !== (own.provenance.data as { sha256?: unknown } | undefined)?.sha256 && provenanceOf(opened)),
  }
  const changed = Object.keys(quantization).length > 0
  const provenance = { ...metadata.provenance, ...(changed && { quantization }) }
  const precision = { weightBits, int16 }
  const { graph, int8 } = quantizeTrained(tf, model, { ...metadata, provenance }, train, { seed, name: out, precision })
  const rows = standardizedRows(train, metadata, NOISE_RECORDS, seed)
  const nodes = compare(tf, graph, int8.graph, rows, runReference)
  const float = selectionScore(predictions)
  const quantized = selectionScore(await predictInt8(int8, validation))
  const notes = [...(remembers ? [rememberedNote(dir)] : []), ...syntheticNotes(out, { provenance })]
  writeFile(out, int8.tflite)
  const figures = {
    out,
    ...provenanceOf(opened),
    bytes: int8.tflite.length,
    [float.name]: { float: float.value, int8: quantized.value },
    notes,
    nodes,
  }
  const { synthetic } = opened
  return { figures, model: int8, nodes, float, int8: quantized, synthetic, validationRecords: validation.length }
}
