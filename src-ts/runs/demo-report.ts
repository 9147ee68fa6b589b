import type { PatientPredictions } from '../metrics/predictions.ts'
import { scoreDifference } from '../metrics/score-difference.ts'
import { layerRows, memorySummary } from '../report/layers.ts'
import { purposeOf } from '../report/purposes.ts'
import type { ReportData, ScoredModel } from '../report/report-data.ts'
import { dataSummary, firstOfEachLabel, scoredModel } from '../report/scored-model.ts'
import { sourcesOf } from '../report/sources.ts'
import type { Task } from '../tasks/task.ts'
import type { Product } from './pipeline.ts'

/** What stands on the page beside what was made. */
export interface DemoNames {
  readonly name: string
  readonly task: Task
  readonly command: string
  readonly seed: number
  /** Sentences that must stand beside the scores of this model. */
  readonly notes?: readonly string[]
}

/** Returns what the demo's report and summary show. */
export function demoReport(product: Product, { name, task, command, seed, notes = [] }: DemoNames): ReportData {
  const { opened, training, float, int8, parity, times, builds, files, stages } = product
  const { thresholds, temperature } = product.fitted
  const dataset = opened.splits.validation!
  const carried = temperature === undefined ? {} : ({ temperatureFrom: 'model' } as const)
  const scored = (which: string, predictions: PatientPredictions): ScoredModel => ({
    ...scoredModel(which, predictions, thresholds, { temperature }),
    ...carried,
  })
  const { program } = builds.at(-1)!
  const [network] = program.plan.networks
  return {
    network: name,
    task: task.name,
    labels: task.labels,
    lead: training ? `Trained in TypeScript, quantized to int8, ${LEAD}` : `A shipped int8 model, ${LEAD}`,
    data: { ...dataSummary(opened, task), notes: [...(opened.notes ?? []), ...notes] },
    ...(training && {
      training: {
        epochs: training.history,
        bestEpoch: training.bestEpoch,
        parameters: training.parameters,
        seconds: stages.filter(s => s.name === 'train' || s.name === 'prune').reduce((sum, s) => sum + s.seconds, 0),
      },
    }),
    split: 'validation',
    model: scored('int8', int8),
    ...(float && { base: scored('float', float), difference: scoreDifference(float, int8) }),
    examples: firstOfEachLabel({ dataset, unit: task.unit, thresholds, model: int8, base: float }),
    examplesAre: 'first',
    layers: layerRows(network),
    memory: memorySummary(network, program.constantBytes),
    parity,
    times,
    files: files.map(({ file, bytes }) => ({ name: file, bytes, purpose: purposeOf(file) })),
    making: {
      command,
      ...(training && { seed }),
      stages,
      versions: { ...builds[0].manifest.tools, node: process.versions.node },
      hashes: {
        data: opened.hash,
        ...Object.fromEntries(files.filter(f => /tflite|wasm/.test(f.file)).map(f => [f.file, f.sha256])),
      },
    },
    sources: sourcesOf(opened),
  }
}

const LEAD = 'compiled to WebAssembly, compared with its reference byte by byte.'
