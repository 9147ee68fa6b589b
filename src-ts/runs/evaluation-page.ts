import type { ReportData } from '../report/report-data.ts'
import { dataSummary, scoredCurves, worstRecords } from '../report/scored-model.ts'
import { sourcesOf } from '../report/sources.ts'
import { version } from '../version.ts'
import type { Evaluated, Scored } from './evaluate.ts'

/** Records that are drawn: enough to see what a model fails on, few enough for one page. */
const WORST = 12

/**
 * Returns the page of `holter evaluate --html`: the scores, their curves, the calibration, and the records with the largest loss.
 * `command` is what one types to get the same again.
 */
export async function evaluationPage(evaluated: Evaluated, command: string): Promise<string> {
  // Loaded here: the charts' library would slow every start.
  const { renderReport } = await import('../report/render-report.ts')
  return renderReport(reportOf(evaluated, command))
}

function reportOf(evaluated: Evaluated, command: string): ReportData {
  const { opened, split, scored, against, difference, notes, stages } = evaluated
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
