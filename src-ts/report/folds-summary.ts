import type { Spread } from '../metrics/spread.ts'
import { SYNTHETIC_SENTENCE } from './data-sentences.ts'
import { count, range, score } from './numbers.ts'
import type { FoldsReport } from './render-folds.ts'
import { differenceSentence } from './summaries.ts'
import { facts, heading, table } from './terminal.ts'

/** Returns what the screen shows of a cross-validation that was written below `out`. */
export function foldsSummary(report: FoldsReport, out: string): string {
  const { data, network, task, scores, outOfFold, against } = report
  const { int8 } = outOfFold
  const shown = Object.entries(scores).filter(([path]) =>
    /^(macroAuc|accuracy|balancedAccuracy|macroF1|auc\..*|perClass\..*\.f1)$/.test(path),
  )
  const rows = shown.map(([path, { values, ...rest }]) => [path, ...values.map(score), plusMinus(rest)])
  const folds = shown[0][1].values.map((_, k) => `fold ${k + 1}`)
  return [
    ...(data.synthetic ? [SYNTHETIC_SENTENCE] : []),
    heading(`${network} on ${task}, ${folds.length} folds`),
    table(['score', ...folds, 'mean ± deviation'], rows),
    facts([
      [
        'out of fold',
        `macro AUC ${score(outOfFold.macroAuc)} (95 % interval ${range(outOfFold.macroAucInterval)}) of ${count(outOfFold.records)} records, each scored by the model that had not seen it`,
      ],
      ['int8', `macro AUC ${score(int8.macroAuc)} (${range(int8.macroAucInterval)}) of the bytes, on the same records`],
      ['to float', differenceSentence('int8', 'float', int8.againstFloat)],
      ...(against ? [['against', differenceSentence('int8 here', against.folds, against)] as const] : []),
      [
        'dealt by',
        report.groups === 'patient'
          ? `patient: ${count(outOfFold.patients)} in all`
          : 'record: patients are in several folds, as in the published split of this task',
      ],
      ...data.notes.map(note => ['note', note] as const),
      ['written', `${out}/summary.json (every score), report.html (curves), out-of-fold.csv (every answer)`],
    ]),
  ].join('\n\n')
}

function plusMinus({ mean, deviation }: Omit<Spread, 'values'>): string {
  return `${score(mean)} ± ${score(deviation)}`
}
