import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { writeFile } from '../files.ts'
import { evaluate } from '../metrics/evaluation.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { rocCurves } from '../metrics/roc.ts'
import { spreadOfScores } from '../metrics/spread.ts'
import type { FoldsReport } from '../report/render-folds.ts'
import type { FoldResult } from './train-fold.ts'

/** What was asked for. */
interface About {
  readonly network: string
  readonly task: string
  readonly stratified: boolean
  readonly seed: number
  readonly threads: number
  /** As one types it to get the same again. */
  readonly command: string
}

const FILES = ['summary.json', 'report.html', 'out-of-fold.csv']

/** Removes what an earlier run summed up, which would stand beside the folds of another one. */
export function clearFoldSums(out: string): void {
  for (const file of FILES) rmSync(join(out, file), { force: true })
}

/**
 * Scores every fold with its own thresholds and all folds together, and writes summary.json, report.html and out-of-fold.csv.
 * Together means: each record by the one model that had not seen it; only what needs no threshold is scored so.
 */
export async function sumUpFolds(results: readonly FoldResult[], about: About, out: string) {
  const [{ data, groups }] = results
  const parts = results.map(({ predictions }) => revived(predictions))
  const evaluations = parts.map((predictions, k) => evaluate(predictions, results[k].thresholds))
  const scores = spreadOfScores(evaluations)
  const pooled = pool(parts)
  const together = evaluate(
    pooled,
    pooled.labels.map(() => 0.5),
  )
  const outOfFold = {
    records: together.records,
    patients: together.patients,
    auc: together.auc,
    aucInterval: together.aucInterval,
    macroAuc: together.macroAuc,
    macroAucInterval: together.macroAucInterval,
    averagePrecision: together.averagePrecision,
  }
  const summary = {
    ...about,
    data,
    groups,
    folds: evaluations.map((evaluation, k) => ({
      fold: k + 1,
      ...results[k].records,
      epochs: results[k].epochs,
      evaluation,
    })),
    scores,
    outOfFold,
    files: FILES.map(file => join(out, file)),
  }
  const report: FoldsReport = {
    ...about,
    data,
    groups,
    scores,
    outOfFold,
    roc: rocCurves(pooled),
    folds: parts.map(rocCurves),
  }
  writeFile(join(out, 'out-of-fold.csv'), csvOf(results))
  // Loaded here: the charts' library would slow every start.
  const { renderFolds } = await import('../report/render-folds.ts')
  writeFile(join(out, 'report.html'), await renderFolds(report))
  writeFile(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  return { summary, report }
}

/** JSON has no typed arrays. */
function revived({ logits, targets, ...rest }: FoldResult['predictions']): PatientPredictions {
  return { ...rest, logits: Float32Array.from(logits), targets: Uint8Array.from(targets) }
}

function pool(parts: readonly PatientPredictions[]): PatientPredictions {
  return {
    ...parts[0],
    logits: Float32Array.from(parts.flatMap(({ logits }) => [...logits])),
    targets: Uint8Array.from(parts.flatMap(({ targets }) => [...targets])),
    patients: parts.flatMap(({ patients }) => patients),
  }
}

/** One line per record: id, patient, fold, the label's targets, the logits. */
function csvOf(results: readonly FoldResult[]): string {
  const { labels } = results[0].predictions
  const width = labels.length
  const fields = ['id', 'patient', 'fold', ...labels, ...labels.map(label => `logit ${label}`)]
  const data = results.flatMap(({ ids, predictions: { patients, targets, logits } }, k) =>
    ids.map((id, i) => {
      const own = (values: readonly number[]) => values.slice(i * width, (i + 1) * width)
      return [id, patients[i], k + 1, ...own(targets), ...own(logits)]
    }),
  )
  return `${Papa.unparse({ fields, data }, { newline: '\n' })}\n`
}
