import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Opened } from '../../ecg/datasets/dataset.ts'
import { loadModel } from '../../engines/model.ts'
import { predictInt8 } from '../../engines/predict.ts'
import { readFile, writeFile } from '../../files.ts'
import type { Interval } from '../../metrics/bootstrap.ts'
import { evaluate } from '../../metrics/evaluation.ts'
import type { PatientPredictions } from '../../metrics/predictions.ts'
import type { Flavour } from '../../ops/flavour.ts'
import type { Context } from '../../watch.ts'
import type { DataChoice } from '../open-records.ts'
import { prune } from '../prune.ts'
import { quantize } from '../quantize.ts'
import type { Candidate, Effort } from './candidates.ts'
import { foldScore } from './fold-score.ts'
import { type Cost, costOf } from './measure.ts'

/** A candidate that was made: its file, and what its bytes cost and are worth. */
export interface Row extends Candidate, Cost {
  readonly file: string
  readonly score: number
  readonly interval: Interval
  readonly records: number
  /** That it took to make. */
  readonly seconds: number
}

/** What all candidates of a search have in common. */
export interface Making extends Pick<DataChoice, 'data' | 'synthetic' | 'skipMissing'> {
  /** Folder of the float model that is compressed, or its name. */
  readonly model: string
  readonly opened: Opened
  readonly out: string
  readonly flavour: Flavour
  readonly effort: Effort
  readonly seed: number
  readonly folds?: number
  readonly store?: string
  readonly threads?: number
  /** Names all that a row depends on but the candidate. */
  readonly key: string
}

/**
 * Makes a candidate's file, measures its bytes, and notes the row beside it; or returns the row that an earlier run noted for the same
 * model, records and effort. Undefined when the signal came first.
 */
export async function makeRow(candidate: Candidate, making: Making, context: Context): Promise<Row | undefined> {
  const noted = notedRow(candidate, making)
  if (noted) return noted
  const { model: base, out, seed, effort, flavour, opened, folds, data, synthetic, skipMissing } = making
  const { name, weightBits, aware } = candidate
  const started = performance.now()
  context.say?.(`${name}:`)
  // Which records there are was said.
  const quiet = { ...context, say: undefined }
  const cut = await cutOnce(candidate, making, quiet)
  if (cut === undefined) return undefined
  const file = join(out, `${name}.tflite`)
  const training = { epochs: aware ? effort.awareEpochs : 0, teacher: aware ? [base] : [] }
  const asked = { ...training, model: cut, out: file, seed, weightBits, data, synthetic, skipMissing }
  if (!(await quantize(asked, quiet))) return undefined
  const model = loadModel(file)
  const predictions = folds
    ? await foldScore(candidate, { ...making, folds }, quiet)
    : await predictInt8(model, opened.splits.validation!)
  if (!predictions) return undefined
  const measured = { ...(await costOf(model.tflite, flavour)), ...scoreOf(predictions) }
  const seconds = Math.round((performance.now() - started) / 100) / 10
  const row = { ...candidate, ...measured, file, seconds }
  writeFile(noteOf(candidate, out), `${JSON.stringify({ key: making.key, row }, null, 2)}\n`)
  return row
}

/** Returns the folder of the cut float model; a cut that an earlier candidate made is not made again. */
async function cutOnce(
  { share }: Candidate,
  { model, out, seed, effort, key, data, synthetic, skipMissing }: Making,
  context: Context,
): Promise<string | undefined> {
  if (!share) return model
  const cut = join(out, `cut-${Math.round(100 * share)}`)
  const mark = join(cut, 'key.json')
  if (keyIn(mark) === key) return cut
  const { epochs, learningRate } = effort
  const how = { method: 'channels', sparsity: share, epochs, learningRate, seed, teacher: [model], resume: true }
  if (!(await prune({ ...how, model, out: cut, data, synthetic, skipMissing }, context))) return undefined
  writeFile(mark, `${JSON.stringify({ key })}\n`)
  return cut
}

function notedRow(candidate: Candidate, { out, key }: Making): Row | undefined {
  const note = noteOf(candidate, out)
  if (keyIn(note) !== key) return undefined
  const { row } = JSON.parse(Buffer.from(readFile(note)).toString('utf8')) as { row: Row }
  return existsSync(row.file) ? row : undefined
}

function keyIn(file: string): string | undefined {
  return existsSync(file)
    ? (JSON.parse(Buffer.from(readFile(file)).toString('utf8')) as { key: string }).key
    : undefined
}

function noteOf({ name }: Candidate, out: string): string {
  return join(out, `${name}.json`)
}

function scoreOf(predictions: PatientPredictions): Pick<Row, 'score' | 'interval' | 'records'> {
  const scored = evaluate(
    predictions,
    predictions.labels.map(() => 0.5),
  )
  const { records } = scored
  return predictions.kind === 'single-label'
    ? { score: scored.macroF1, interval: scored.macroF1Interval, records }
    : { score: scored.macroAuc, interval: scored.macroAucInterval, records }
}
