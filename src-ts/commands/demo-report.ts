import type { Dataset, Opened } from '../ecg/dataset.ts'
import { evaluate } from '../metrics/evaluation.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { probabilities } from '../metrics/probabilities.ts'
import { rocCurves } from '../metrics/roc.ts'
import { scoreDifference } from '../metrics/score-difference.ts'
import type { PipelineOptions, Product } from '../pipeline.ts'
import { layerRows, memorySummary } from '../report/layers.ts'
import type { DataSummary, ExampleRecord, ReportData, ScoredModel } from '../report/report-data.ts'
import { sourceOf } from '../report/sources.ts'

/** Returns what the demo's report and summary show. */
export function demoReport(product: Product, options: Omit<PipelineOptions, 'signal'>): ReportData {
  const { opened, training, thresholds, float, int8, parity, builds, files, stages } = product
  const { task, network } = options
  const validation = opened.splits.validation!
  const scored = (predictions: PatientPredictions): ScoredModel => ({
    evaluation: evaluate(predictions, thresholds),
    roc: rocCurves(predictions),
  })
  const placed = builds.at(-1)!.program.networks[0]
  return {
    network: network.name,
    task: task.name,
    labels: task.labels,
    data: dataSummary(opened, validation),
    ...(training && {
      training: {
        epochs: training.history,
        bestEpoch: training.bestEpoch,
        parameters: training.parameters,
        seconds: stages.filter(s => s.name === 'train' || s.name === 'prune').reduce((sum, s) => sum + s.seconds, 0),
      },
    }),
    split: 'validation',
    ...(float && { float: scored(float), difference: scoreDifference(float, int8) }),
    int8: scored(int8),
    examples: examples(validation, int8, float),
    layers: layerRows(placed),
    memory: memorySummary(placed),
    parity,
    files: files.map(({ file, bytes }) => ({ name: file, bytes, purpose: purposeOf(file) })),
    making: {
      command: options.command,
      seed: options.seed,
      stages,
      versions: { ...builds[0].manifest.tools, node: process.versions.node },
      hashes: {
        data: opened.hash,
        ...Object.fromEntries(files.filter(f => /tflite|wasm/.test(f.file)).map(f => [f.file, f.sha256])),
      },
    },
    sources: opened.synthetic ? [] : [sourceOf(opened.name) ?? []].flat(),
  }
}

function dataSummary({ splits, ...opened }: Opened, { leads, sampleRateHz, samples }: Dataset): DataSummary {
  const described = Object.values(splits).map(({ split, records, labels, targets }) => ({
    split,
    patients: new Set(records.map(r => r.patient)).size,
    positives: Object.fromEntries(
      labels.map((label, j) => [label, records.filter((_, i) => targets[i * labels.length + j]).length]),
    ),
  }))
  return { ...opened, leads, sampleRateHz, samples, opened: described }
}

/** The first record of each label that the source gives it, so that each pattern is seen once. */
function examples(validation: Dataset, int8: PatientPredictions, float?: PatientPredictions): ExampleRecord[] {
  const { labels, targets, records, samples, leads, sampleRateHz } = validation
  const width = labels.length
  const chosen = new Set(
    labels.map((_, j) => records.findIndex((_, i) => targets[i * width + j] === 1)).filter(i => i >= 0),
  )
  const named = (predictions: PatientPredictions, i: number) => {
    const all = probabilities(predictions)
    return Object.fromEntries(labels.map((label, j) => [label, all[i * width + j]]))
  }
  return [...chosen].map(i => {
    const signal = new Float32Array(samples * leads.length)
    validation.read(i, signal, 0)
    const { id, fold } = records[i]
    const truth = labels.filter((_, j) => targets[i * width + j])
    return {
      id,
      fold,
      signal,
      leads,
      sampleRateHz,
      truth,
      int8: named(int8, i),
      ...(float && { float: named(float, i) }),
    }
  })
}

/** What each file of the demo is for. */
const PURPOSES: readonly (readonly [RegExp, string])[] = [
  [/\.tflite$/, 'int8 model, with labels and scaling in its metadata'],
  [/scalar\.wasm$/, 'module for interpreters and old engines'],
  [/simd\.wasm$/, 'module with 128-bit vectors'],
  [/^kernels\//, 'generated AssemblyScript'],
  [/\.h$/, 'C header for a host'],
  [/vectors\.bin$/, 'inputs and expected outputs for a self-test'],
  [/manifest\.json$/, 'shapes, scales, addresses, hashes'],
]

function purposeOf(file: string): string {
  return PURPOSES.find(([pattern]) => pattern.test(file))?.[1] ?? ''
}
