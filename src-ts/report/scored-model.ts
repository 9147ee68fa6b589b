import type { Dataset, Opened } from '../ecg/datasets/dataset.ts'
import { decide } from '../metrics/confusion.ts'
import { type EvaluateOptions, type Evaluation, evaluate } from '../metrics/evaluation.ts'
import { recordLosses } from '../metrics/log-loss.ts'
import { precisionRecallCurves } from '../metrics/precision-recall.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { probabilities } from '../metrics/probabilities.ts'
import { rocCurves } from '../metrics/roc.ts'
import type { Task } from '../tasks/task.ts'
import type { DataSummary, ExampleRecord, ScoredModel } from './report-data.ts'

/** Returns a model's scores and curves as a report shows them. */
export function scoredModel(
  name: string,
  predictions: PatientPredictions,
  thresholds: readonly number[],
  options: EvaluateOptions = {},
): ScoredModel {
  return scoredCurves(name, predictions, evaluate(predictions, thresholds, options))
}

/** Returns the same from scores that are known. */
export function scoredCurves(name: string, predictions: PatientPredictions, evaluation: Evaluation): ScoredModel {
  return {
    name,
    evaluation,
    roc: rocCurves(predictions),
    precisionRecall: precisionRecallCurves(predictions),
  }
}

/** Returns what a report says of the data; only the splits that were opened are described. */
export function dataSummary({ splits, ...opened }: Opened, { unit }: Pick<Task, 'unit'>): DataSummary {
  const all = Object.values(splits)
  const [{ leads, sampleRateHz, samples }] = all
  const described = all.map(({ split, records, labels, targets }) => ({
    split,
    patients: new Set(records.map(r => r.patient)).size,
    positives: Object.fromEntries(
      labels.map((label, j) => [label, records.filter((_, i) => targets[i * labels.length + j]).length]),
    ),
  }))
  return { ...opened, leads, sampleRateHz, samples, unit, opened: described }
}

/** What each record of a split was said to be, by one model or two. */
export interface Said {
  readonly dataset: Dataset
  readonly unit: 'mV' | 'relative'
  readonly thresholds: readonly number[]
  readonly model: PatientPredictions
  readonly base?: PatientPredictions
}

/** Returns the first record of each label that the source gives it, so that each pattern is seen once. */
export function firstOfEachLabel(said: Said): ExampleRecord[] {
  const { labels, targets, length } = said.dataset
  const width = labels.length
  const places = Array.from({ length }, (_, i) => i)
  const first = labels.map((_, j) => places.find(i => targets[i * width + j] === 1))
  return [...new Set(first.filter(i => i !== undefined))].map(i => example(said, i))
}

/** Returns the records with the largest loss of the model, the largest first. */
export function worstRecords(said: Said, count: number): ExampleRecord[] {
  const losses = recordLosses(said.model)
  const order = [...losses.keys()].sort((a, b) => losses[b] - losses[a] || a - b)
  return order.slice(0, count).map(i => ({ ...example(said, i), loss: losses[i] }))
}

function example({ dataset, unit, thresholds, model, base }: Said, index: number): ExampleRecord {
  const { labels, targets, records, samples, leads, sampleRateHz } = dataset
  const width = labels.length
  const signal = new Float32Array(samples * leads.length)
  dataset.read(index, signal, 0)
  const { id, fold } = records[index]
  const own = (predictions: PatientPredictions) => {
    const one = (matrix: typeof predictions.logits) => matrix.subarray(index * width, (index + 1) * width)
    return {
      ...predictions,
      logits: one(predictions.logits),
      targets: targets.subarray(index * width, (index + 1) * width),
    }
  }
  const named = (predictions: PatientPredictions) => {
    const all = probabilities(own(predictions))
    return Object.fromEntries(labels.map((label, j) => [label, all[j]]))
  }
  const decisions = decide(own(model), thresholds)
  return {
    id,
    fold,
    signal,
    unit,
    leads,
    sampleRateHz,
    truth: labels.filter((_, j) => targets[index * width + j]),
    called: labels.filter((_, j) => decisions[j]),
    model: named(model),
    ...(base && { base: named(base) }),
  }
}
