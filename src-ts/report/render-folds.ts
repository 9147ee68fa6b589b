import { readFileSync } from 'node:fs'
import type { Interval } from '../metrics/bootstrap.ts'
import type { RocCurve } from '../metrics/roc.ts'
import type { ScoreDifference } from '../metrics/score-difference.ts'
import type { Spread } from '../metrics/spread.ts'
import { rocOfAll, rocOfFolds } from './charts/roc.ts'
import { html, raw } from './html.ts'
import { count, range, score } from './numbers.ts'
import { chart, definitions, labelName, table } from './sections/parts.ts'
import { differenceSentence } from './summaries.ts'

/** What the page of a cross-validation shows. What holds one entry per label is in label order. */
export interface FoldsReport {
  readonly network: string
  readonly task: string
  readonly stratified: boolean
  readonly seed: number
  readonly command: string
  readonly data: {
    readonly name: string
    readonly synthetic: boolean
    readonly sha256: string
    readonly notes: readonly string[]
  }
  readonly groups: 'patient' | 'record'
  /** By path, as spreadOfScores gives them. */
  readonly scores: Readonly<Record<string, Spread>>
  /** Of all records together, each by the model that had not seen it. */
  readonly outOfFold: {
    readonly records: number
    readonly patients: number
    readonly auc: Readonly<Record<string, number>>
    readonly aucInterval: Readonly<Record<string, Interval>>
    readonly macroAuc: number
    readonly macroAucInterval: Interval
    /** The same records, as the int8 bytes say it. */
    readonly int8: {
      readonly auc: Readonly<Record<string, number>>
      readonly aucInterval: Readonly<Record<string, Interval>>
      readonly macroAuc: number
      readonly macroAucInterval: Interval
      /** Of the files, fold by fold. */
      readonly bytes: readonly number[]
      readonly againstFloat: ScoreDifference
    }
  }
  /** How the int8 models compare with those of another cross-validation. */
  readonly against?: ScoreDifference & { readonly folds: string }
  readonly roc: Readonly<Record<string, RocCurve>>
  readonly folds: readonly Readonly<Record<string, RocCurve>>[]
}

/** Returns the page of a cross-validation: out-of-fold ROC curves over those of each fold, and the spread of every score. */
export async function renderFolds(report: FoldsReport): Promise<string> {
  const { network, task, data, outOfFold, against, roc, folds, scores, stratified, seed, groups, command } = report
  const labels = Object.keys(roc)
  const style = readFileSync(new URL('./report.css', import.meta.url), 'utf8')
  const panels = [
    await chart(
      rocOfAll(labels, roc, [`macro AUC ${score(outOfFold.macroAuc)}`]),
      'Out-of-fold ROC curves of all labels',
    ),
  ]
  for (const [j, label] of labels.entries()) {
    const notes = [`AUC ${score(outOfFold.auc[label])} (${range(outOfFold.aucInterval[label])})`]
    const curves = folds.map(fold => fold[label])
    panels.push(
      await chart(rocOfFolds(label, j, curves, roc[label], notes), `ROC curves of ${label}, each fold and all`),
    )
  }
  const rows = Object.entries(scores).map(([path, { mean, deviation, values }]) => [
    path,
    score(mean),
    score(deviation),
    ...values.map(score),
  ])
  const numbers = ['mean', 'deviation', ...folds.map((_, k) => `fold ${k + 1}`)]
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${network} on ${task}: ${count(folds.length)} folds</title>
<style>
${raw(style)}</style>
</head>
<body>
<main>
<h1>${network} on ${task}, ${count(folds.length)} folds</h1>
${data.synthetic && html`<p><b>Synthetic records: the scores say nothing about patients.</b></p>`}
${data.notes.map(note => html`<p><b>${note}</b></p>`)}
${definitions([
  ['data', `${data.name}, training and validation records; the test split stayed closed`],
  [
    'records',
    `${count(outOfFold.records)} of ${count(outOfFold.patients)} patients, each scored by the one model that had not seen it`,
  ],
  ['dealt by', `${groups}${stratified ? ', every fold with its share of each label' : ''}; seed ${seed}`],
  ['chosen inside each training side', 'standardization, thresholds; the last epoch is kept'],
  ['made by', html`<code>${command}</code>`],
  ['SHA-256 of the data', data.sha256],
])}
<section id="roc"><h2>ROC curves out of fold</h2>
<p class="small">Strong: all records together, 95 % intervals from bootstraps of patients. Pale: each fold by itself.</p>
<div class="panels">${panels}</div></section>
<section id="scores"><h2>Scores</h2>
<h3>Out of fold</h3>
${table(
  [
    { head: 'AUC out of fold' },
    ...['float', '95 % interval', 'int8', '95 % interval'].map(head => ({ head, number: true })),
  ],
  labels.map((label, j) => [
    labelName(label, j),
    ...[outOfFold, outOfFold.int8].flatMap(each => [score(each.auc[label]), range(each.aucInterval[label])]),
  ]),
  [['macro', ...[outOfFold, outOfFold.int8].flatMap(each => [score(each.macroAuc), range(each.macroAucInterval)])]],
)}
<p class="small">${differenceSentence('the int8 models', 'the float models', outOfFold.int8.againstFloat)}</p>
${against && html`<p class="small">${differenceSentence('these int8 models', `those of ${against.folds}`, against)}</p>`}
<h3>Fold by fold, each at its own thresholds</h3>
${table([{ head: 'score' }, ...numbers.map(head => ({ head, number: true }))], rows)}
</section>
</main>
</body>
</html>
`
  return page.html
}
