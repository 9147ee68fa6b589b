import type { Interval } from '../../metrics/bootstrap.ts'
import type { LabelScores } from '../../metrics/confusion.ts'
import { type AucRow, aucIntervals } from '../charts/auc-intervals.ts'
import { rocOfAll, rocOfLabel } from '../charts/roc.ts'
import { type Html, html } from '../html.ts'
import { count, counted, range, score, share, signed } from '../numbers.ts'
import type { ReportData, ScoredModel } from '../report-data.ts'
import { chart, labelName, table } from './parts.ts'

/** Returns the ROC curves, the AUC of each label with its interval, and what the thresholds make of them. */
export async function scoresSection(data: ReportData): Promise<Html> {
  const { int8, float, split, difference } = data
  const { records, patients, bootstrap, leftOut } = int8.evaluation
  return html`<section id="scores"><h2>Scores on the ${split} split</h2>
<p>${counted(records, 'record')} of ${counted(patients, 'patient')}. Macro AUC: int8 ${withInterval(int8)}${float && html`, float ${withInterval(float)}`}.
${difference && html`int8 differs from float by <b>${signed(difference.difference)}</b> (paired 95 % interval ${difference.interval.map(signed).join(' to ')}).`}
Intervals come from ${count(bootstrap.resamples)} bootstraps of patients, seed ${bootstrap.seed}${bootstrap.redrawn > 0 && `, ${count(bootstrap.redrawn)} drawn again because a label was lost`}.
${leftOut.length > 0 && `Without an AUC, and left out of the mean: ${leftOut.join(', ')} (no positives or no negatives).`}</p>
<h3>ROC curves</h3>
${float && html`<p class="small"><span class="key float"></span> float &nbsp; <span class="key"></span> int8, in the colour of the label</p>`}
<div class="panels">${await rocPanels(data)}</div>
<h3>AUC with interval</h3>
<div class="pair">${await chart(aucIntervals(aucRows(data)), 'AUC with 95 % interval per label')}
${aucTable(data)}</div>
<h3>At the thresholds</h3>
<p class="muted">One threshold per label on its probability, chosen for the highest F1 on the validation fold; a record that passes none gets its most probable label.</p>
${atThresholds('int8', int8, data.labels)}
${float && atThresholds('float', float, data.labels)}
</section>
`
}

function withInterval({ evaluation }: ScoredModel): Html {
  return html`<b>${score(evaluation.macroAuc)}</b> (95 % interval ${range(evaluation.macroAucInterval)})`
}

async function rocPanels({ labels, float, int8 }: ReportData): Promise<Html[]> {
  const note = (name: string, model: ScoredModel, label: string) =>
    `${name} ${score(model.evaluation.auc[label])} (${range(model.evaluation.aucInterval[label])})`
  const macro = [`int8, macro AUC ${score(int8.evaluation.macroAuc)}`, ' ']
  const all = chart(rocOfAll(labels, int8.roc, macro), 'ROC curves of all labels, int8')
  const each = labels.map((label, j) => {
    const notes = [note('int8', int8, label), float ? note('float', float, label) : ' ']
    return chart(
      rocOfLabel(label, j, float?.roc[label], int8.roc[label], notes),
      `ROC curve of ${label}: ${notes.join(', ')}`,
    )
  })
  return Promise.all([all, ...each])
}

function aucRows({ labels, float, int8 }: ReportData): AucRow[] {
  const rows = (model: 'float' | 'int8', scored: ScoredModel | undefined): AucRow[] => {
    if (!scored) return []
    const { auc, aucInterval, macroAuc, macroAucInterval } = scored.evaluation
    return [
      ...labels.map(name => ({ name, model, auc: auc[name], interval: aucInterval[name] })),
      { name: 'macro', model, auc: macroAuc, interval: macroAucInterval },
    ]
  }
  return [...rows('float', float), ...rows('int8', int8)]
}

function aucTable({ labels, float, int8 }: ReportData): Html {
  const cell = (auc: number, interval: Interval) => html`${score(auc)} <span class="muted">${range(interval)}</span>`
  const row = (name: Html | string, of: (model: ScoredModel) => readonly [number, Interval]) => {
    const ofInt8 = of(int8)
    if (!float) return [name, cell(...ofInt8)]
    const ofFloat = of(float)
    return [name, cell(...ofInt8), cell(...ofFloat), signed(ofInt8[0] - ofFloat[0])]
  }
  return table(
    [{ head: 'label' }, ...['int8', ...(float ? ['float', 'int8 − float'] : [])].map(head => ({ head, number: true }))],
    labels.map((label, j) =>
      row(labelName(label, j), ({ evaluation }) => [evaluation.auc[label], evaluation.aucInterval[label]]),
    ),
    [row('macro', ({ evaluation }) => [evaluation.macroAuc, evaluation.macroAucInterval])],
  )
}

function atThresholds(name: string, { evaluation }: ScoredModel, labels: readonly string[]): Html {
  const rates: readonly (keyof LabelScores)[] = ['sensitivity', 'specificity', 'precision', 'f1']
  const heads = ['threshold', 'sensitivity', 'specificity', 'precision', 'F1', 'average precision', 'true', 'called']
  const { perClass, thresholds, averagePrecision, macroF1, microF1, accuracy, exactMatch } = evaluation
  const rows = labels.map((label, j) => {
    const { support, truePositives, falsePositives } = perClass[label]
    return [
      labelName(label, j),
      score(thresholds[label]),
      ...rates.map(rate => score(perClass[label][rate])),
      score(averagePrecision[label]),
      count(support),
      count(truePositives + falsePositives),
    ]
  })
  return html`<h4>${name}</h4>
${table([{ head: 'label' }, ...heads.map(head => ({ head, number: true }))], rows)}
<p>Macro F1 <b>${score(macroF1)}</b>, micro F1 <b>${score(microF1)}</b>, accuracy <b>${score(accuracy)}</b> (mean of the labels:
share of record-label pairs that are right), all labels right in <b>${share(exactMatch, 1)}</b> of the records.</p>
`
}
