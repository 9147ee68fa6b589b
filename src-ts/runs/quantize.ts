import type { Opened } from '../ecg/datasets/dataset.ts'
import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { standardizedRows } from '../ecg/datasets/standardized-rows.ts'
import { toModel } from '../engines/model.ts'
import { predictInt8 } from '../engines/predict.ts'
import { byName } from '../errors.ts'
import { writeFile } from '../files.ts'
import { knowsValidation, type Metadata } from '../ir/metadata.ts'
import { fitToValidation } from '../metrics/fitted.ts'
import { selectionScore } from '../metrics/selection-score.ts'
import { fitTemperature } from '../metrics/temperature.ts'
import { networks } from '../networks/index.ts'
import { type Precision, precisionNote, precisionOf } from '../quantize/form.ts'
import { measured } from '../quantize/measured.ts'
import { taskOfModel } from '../tasks/find-task.ts'
import type { Task } from '../tasks/task.ts'
import { limitThreads, loadTfjs } from '../train/backend.ts'
import { type FloatModel, loadFloatModel } from '../train/float-model.ts'
import { predictFloat } from '../train/predict.ts'
import { recordedRecipe } from '../train/recorded-recipe.ts'
import type { Tf } from '../train/tf.ts'
import type { Context } from '../watch.ts'
import { loadTeachers, type TeacherInput, taughtBy } from './distill.ts'
import { provenanceOf, standardizationOf } from './model-metadata.ts'
import { rememberedNote, syntheticNotes } from './open-model.ts'
import { type DataChoice, forModel, openRecords } from './open-records.ts'
import { quantizeAware } from './quantize-aware.ts'
import { quantizeTrained } from './to-integers.ts'

/** Training records on which each node's noise is measured. */
const NOISE_RECORDS = 8

export interface QuantizeInput extends DataChoice, Precision, Partial<TeacherInput> {
  /** Folder of a float model. */
  readonly model: string
  /** The .tflite file to write. */
  readonly out: string
  /** Draws the calibration records, and what training draws. Default 1. */
  readonly seed?: number
  /** Epochs of training as integers (quantization-aware training). Default none. */
  readonly epochs?: number
  /** Its peak learning rate. Default a tenth of the recipe's. */
  readonly learningRate?: number
  /** Threads of the native library, if it is not loaded yet. Default: one for each core. */
  readonly threads?: number
}

/**
 * Turns a float model into an int8 .tflite file, calibrated on training records and, if epochs are asked for, trained on them as integers,
 * and measures what each node lost. Undefined when the signal came first.
 */
export async function quantize(input: QuantizeInput, context: Context = {}) {
  const { model: dir, out, seed = 1 } = input
  limitThreads(input.threads)
  const tf = loadTfjs()
  const loaded = await loadFloatModel(tf, dir)
  const { metadata: own } = loaded
  const task = taskOfModel(own)
  const { opened } = await openRecords(task, ['train', 'validation'], forModel(dir, own, input), context)
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  const predictions = predictFloat(tf, loaded.model, validation, own)
  // Models from before temperatures were kept get theirs here; one that trained on these records would only seem sure.
  const remembers = knowsValidation(own)
  const metadata = own.temperature || remembers ? own : { ...own, temperature: fitTemperature(predictions) }
  const made = await integers({ tf, task, ...loaded, metadata, opened }, input, context)
  if (!made) return undefined
  const { int8 } = made
  const noise = measured(tf, made, int8.graph, standardizedRows(train, metadata, NOISE_RECORDS, seed))
  const float = selectionScore(predictions)
  const quantized = selectionScore(await predictInt8(int8, validation))
  const { provenance } = int8.graph.metadata!
  const notes = [...(remembers ? [rememberedNote(dir)] : []), ...syntheticNotes(out, { provenance })]
  writeFile(out, int8.tflite)
  const figures = {
    out,
    ...provenanceOf(opened),
    bytes: int8.tflite.length,
    [float.name]: { float: float.value, int8: quantized.value },
    notes,
    ...noise,
  }
  const { synthetic } = opened
  return { figures, model: int8, noise, float, int8: quantized, synthetic, validationRecords: validation.length }
}

/** A float model, its task and its records. */
interface Given extends FloatModel {
  readonly tf: Tf
  readonly task: Task
  readonly opened: Opened
}

/** Returns the integers of a model with the float graph that they were made of, trained as such where epochs are asked for. */
async function integers(given: Given, input: QuantizeInput, context: Context) {
  const { tf, model, metadata, opened } = given
  const { model: dir, out: name, seed = 1, epochs, learningRate } = input
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  const precision = precisionOf(input)
  const said = {
    ...precisionNote(precision),
    // The records of its training are in its provenance already.
    ...(opened.hash !== (metadata.provenance.data as { sha256?: unknown } | undefined)?.sha256 && provenanceOf(opened)),
  }
  const noted = (more: object): Metadata => {
    const quantization = { ...said, ...more }
    const { provenance } = metadata
    return Object.keys(quantization).length ? { ...metadata, provenance: { ...provenance, quantization } } : metadata
  }
  if (!epochs) return quantizeTrained(tf, model, noted({}), train, { seed, name, precision })
  const remembers = knowsValidation(metadata)
  const records = remembers ? joinDatasets(train, validation) : train
  const trainedBy = recordedRecipe(metadata, dir) ?? byName('network', metadata.network ?? '', networks).recipe
  const teachers = await loadTeachers(tf, input.teacher ?? [])
  const recipe = { ...trainedBy, includeValidation: remembers, cropSamples: undefined }
  const lesson = { ...given, recipe, train: records, standardization: standardizationOf(metadata) }
  const taught = teachers.length ? taughtBy(teachers, lesson, input) : {}
  const parts = { tf, model, metadata, trainedBy, train: records, dataHash: opened.hash, terms: taught.terms }
  const aware = await quantizeAware(parts, { epochs, learningRate, seed, name, precision }, context)
  if (!aware) return undefined
  const fitted = remembers ? {} : fitToValidation(given.task, await predictInt8(aware.int8, validation))
  const training = { recipe: aware.recipe, seed, ...taught.provenance }
  const told = { ...noted({ training }), ...fitted }
  return { ...aware, int8: toModel({ ...aware.int8.graph, metadata: told }, name) }
}
