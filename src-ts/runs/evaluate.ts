import type { Dataset, Opened, SplitName } from '../ecg/datasets/dataset.ts'
import { sha256 } from '../files.ts'
import { type AamiTables, aamiTables } from '../metrics/aami.ts'
import { type Evaluation, evaluate as scorePredictions } from '../metrics/evaluation.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { type ScoreDifference, scoreDifference } from '../metrics/score-difference.ts'
import { fitTemperature } from '../metrics/temperature.ts'
import { type Context, watched } from '../watch.ts'
import { type ModelOptions, type OpenedModel, openModel, rememberedNote } from './open-model.ts'
import { type DataChoice, openRecords } from './open-records.ts'

export interface EvaluateInput extends ModelOptions, DataChoice {
  /** An int8 .tflite file, or the folder of a float model. */
  readonly model: string
  /** Records to score on. Default 'validation'; the test split is for final figures. */
  readonly split?: Exclude<SplitName, 'train'>
  /** A second model, scored on the same records. */
  readonly against?: string
}

/** A model with what it said of the records, and what that is worth. */
export interface Scored {
  readonly model: OpenedModel
  readonly predictions: PatientPredictions
  readonly evaluation: Evaluation
  /** Of beats that were cut out of recordings. */
  readonly aami?: AamiTables
  /** Whether the temperature came with the model, or was fitted on the validation records that are scored. */
  readonly temperatureFrom?: 'model' | 'these records'
}

/** What was scored, against what, and how long it took. */
export interface Evaluated {
  readonly opened: Opened
  readonly split: SplitName
  readonly scored: Scored
  readonly against?: Scored
  /** How much better the first model is than the second, on the same resamples of patients. */
  readonly difference?: ScoreDifference
  /** Sentences that must stand beside the scores. */
  readonly notes: readonly string[]
  readonly stages: readonly { readonly name: string; readonly seconds: number }[]
}

/** Scores a model on a split, with the thresholds and the temperature that its file carries. */
export async function evaluate(input: EvaluateInput, context: Context = {}): Promise<Evaluated> {
  const { split = 'validation' } = input
  const model = await openModel(input.model, input)
  const base = input.against ? await openModel(input.against, { task: model.task.name }) : undefined
  const started = performance.now()
  const { opened } = await openRecords(model.task, [split], input, context)
  const dataset = opened.splits[split]!
  const read = performance.now()
  const scored = await score(model, dataset, context)
  const against = base && (await score(base, dataset, context))
  const difference = against && scoreDifference(against.predictions, scored.predictions)
  const models = base ? [model, base] : [model]
  const seconds = (from: number, to: number) => Math.round((to - from) / 100) / 10
  return {
    opened,
    split,
    scored,
    against,
    difference,
    notes: [...(opened.notes ?? []), ...models.flatMap(each => notesOf(each, split))],
    stages: [
      { name: 'read', seconds: seconds(started, read) },
      { name: 'score', seconds: seconds(read, performance.now()) },
    ],
  }
}

async function score(model: OpenedModel, dataset: Dataset, context: Context): Promise<Scored> {
  const predictions = await watched(context, `score ${model.precision}`, 'records', report =>
    model.predict(dataset, report),
  )
  const { thresholds, temperature: own } = model.fitted
  const fits = dataset.split === 'validation' && !model.knowsValidation
  const temperature = own ?? (fits ? fitTemperature(predictions) : undefined)
  return {
    model,
    predictions,
    evaluation: scorePredictions(predictions, thresholds, { temperature }),
    aami: aamiTables(predictions, dataset.records),
    ...(temperature !== undefined && { temperatureFrom: own === undefined ? 'these records' : 'model' }),
  }
}

function notesOf({ path, notes, knowsValidation }: OpenedModel, split: SplitName): readonly string[] {
  if (!(knowsValidation && split === 'validation')) return notes
  return [...notes, rememberedNote(path)]
}

/** All figures as plain data: what `holter evaluate --json` prints. */
export function evaluationFigures({ scored, opened, split, notes, against, difference }: Evaluated) {
  const { model, predictions, evaluation, aami, temperatureFrom } = scored
  const { name, synthetic, hash } = opened
  return {
    model: model.path,
    task: model.task.name,
    split,
    engine: model.engine,
    data: { name, synthetic, sha256: hash },
    notes,
    // Of all logits as doubles: engines that agree on it agree on every byte of every record.
    logitsSha256: sha256(new Uint8Array(Float64Array.from(predictions.logits).buffer)),
    ...evaluation,
    aami,
    temperatureFrom,
    ...(against && { against: { model: against.model.path, engine: against.model.engine, ...difference } }),
  }
}
