import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeFile } from '../files.ts'
import { evaluate } from '../metrics/evaluation.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { rocCurves } from '../metrics/roc.ts'
import { scoreDifference } from '../metrics/score-difference.ts'
import { spreadOfScores } from '../metrics/spread.ts'
import type { FoldsReport } from '../report/render-folds.ts'
import { earlierAnswers, outOfFold, outOfFoldCsv } from './out-of-fold.ts'
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
 * Together means: each record by the one model that had not seen it; only what needs no threshold is scored so. With `against`, the folder
 * of another cross-validation, the int8 models of both are compared record by record.
 */
export async function sumUpFolds(results: readonly FoldResult[], about: About, out: string, against?: string) {
  const [{ data, groups }] = results
  const parts = results.map(({ predictions }) => revived(predictions))
  const evaluations = parts.map((predictions, k) => evaluate(predictions, results[k].thresholds))
  const scores = spreadOfScores(evaluations)
  const pooled = outOfFold(results)
  const int8 = {
    ...together(pooled.int8),
    bytes: results.map(result => result.int8.bytes),
    againstFloat: scoreDifference(pooled.float, pooled.int8),
  }
  const compared = against && {
    against: { folds: against, ...scoreDifference(earlierAnswers(against, pooled), pooled.int8) },
  }
  const common = { ...about, data, groups, scores, outOfFold: { ...together(pooled.float), int8 }, ...compared }
  const summary = {
    ...common,
    folds: evaluations.map((evaluation, k) => ({
      fold: k + 1,
      ...results[k].records,
      epochs: results[k].epochs,
      evaluation,
    })),
    files: FILES.map(file => join(out, file)),
  }
  const report: FoldsReport = { ...common, roc: rocCurves(pooled.float), folds: parts.map(rocCurves) }
  writeFile(join(out, 'out-of-fold.csv'), outOfFoldCsv(results))
  // Loaded here: the charts' library would slow every start.
  const { renderFolds } = await import('../report/render-folds.ts')
  writeFile(join(out, 'report.html'), await renderFolds(report))
  writeFile(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  return { summary, report }
}

/** The scores of all folds together that need no threshold. */
function together(predictions: PatientPredictions) {
  const all = evaluate(
    predictions,
    predictions.labels.map(() => 0.5),
  )
  const { records, patients, auc, aucInterval, macroAuc, macroAucInterval, averagePrecision } = all
  return { records, patients, auc, aucInterval, macroAuc, macroAucInterval, averagePrecision }
}

/** JSON has no typed arrays. */
function revived({ logits, targets, ...rest }: FoldResult['predictions']): PatientPredictions {
  return { ...rest, logits: Float32Array.from(logits), targets: Uint8Array.from(targets) }
}
