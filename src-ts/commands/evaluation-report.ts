import type { Opened, SplitName } from '../ecg/datasets/dataset.ts'
import type { ScoreDifference } from '../metrics/score-difference.ts'
import type { ReportData } from '../report/report-data.ts'
import { sourcesOf } from '../report/sources.ts'
import { version } from '../version.ts'
import type { Scored } from './evaluate.ts'
import { dataSummary, scoredCurves, worstRecords } from './report-parts.ts'

/** Records that are drawn: enough to see what a model fails on, few enough for one page. */
const WORST = 12

/** What was scored, against what, and how long it took. */
export interface Evaluated {
  readonly opened: Opened
  readonly split: SplitName
  readonly scored: Scored
  readonly against?: Scored
  readonly difference?: ScoreDifference
  readonly notes: readonly string[]
  readonly command: string
  readonly stages: ReportData['making']['stages']
}

/** Returns the page of `holter evaluate --html`: the scores, their curves, the calibration, and the records with the largest loss. */
export function evaluationReport(evaluated: Evaluated): ReportData {
  const { opened, split, scored, against, difference, notes, command, stages } = evaluated
  const { task, path, precision, engine, fitted } = scored.model
  const [name, base] = namesOf(scored, against)
  const said = { dataset: opened.splits[split]!, unit: task.unit, thresholds: fitted.thresholds }
  const drawn = worstRecords({ ...said, model: scored.predictions, base: against?.predictions }, WORST)
  return {
    network: path,
    task: task.name,
    lead: `${precision === 'int8' ? 'An int8' : 'A float'} model, scored on the ${split} split by the engine ${engine}${against ? `, against ${against.model.path}` : ''}.`,
    labels: task.labels,
    data: { ...dataSummary(opened, task), notes },
    split,
    model: { ...scoredCurves(name, scored.predictions, scored.evaluation), temperatureFrom: scored.temperatureFrom },
    ...(against && { base: scoredCurves(base, against.predictions, against.evaluation), difference }),
    ...(scored.aami && { aami: scored.aami }),
    examples: drawn,
    examplesAre: 'worst',
    making: {
      command,
      stages,
      versions: { holter: version, node: process.versions.node, engine },
      hashes: { data: opened.hash },
    },
    sources: sourcesOf(opened),
  }
}

/** Two models of one precision are told apart by their files. */
function namesOf({ model }: Scored, against?: Scored): [string, string] {
  if (!against || against.model.precision !== model.precision) return [model.precision, against?.model.precision ?? '']
  return [model.path, against.model.path === model.path ? `${against.model.path} (again)` : against.model.path]
}
