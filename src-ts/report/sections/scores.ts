import type { Interval } from '../../metrics/bootstrap.ts'
import { type AucRow, aucIntervals } from '../charts/auc-intervals.ts'
import { precisionRecallOfLabel } from '../charts/precision-recall.ts'
import { rocOfAll, rocOfLabel } from '../charts/roc.ts'
import { type Html, html } from '../html.ts'
import { count, counted, range, score, signed } from '../numbers.ts'
import type { ReportData, ScoredModel } from '../report-data.ts'
import { decisionsSection } from './confusion.ts'
import { chart, labelName, table } from './parts.ts'

/** Returns ROC and precision-recall curves, the AUC of each label with its interval, and what decisions are worth. */
export async function scoresSection(data: ReportData): Promise<Html> {
  const { model, base, split, difference } = data
  const { records, patients, bootstrap, leftOut, kind } = model.evaluation
  return html`<section id="scores"><h2>Scores on the ${split} split</h2>
<p>${counted(records, 'record')} of ${counted(patients, 'patient')}. ${inWords(model)}${base && html`, ${inWords(base)}`}.
${difference && base && html`${model.name} differs from ${base.name} by <b>${signed(difference.difference)}</b> in ${difference.title} (paired 95 % interval ${difference.interval.map(signed).join(' to ')}).`}
Intervals come from ${count(bootstrap.resamples)} bootstraps of patients, seed ${bootstrap.seed}${bootstrap.redrawn > 0 && `, ${count(bootstrap.redrawn)} drawn again because a label was lost`}.
${leftOut.length > 0 && `Without an AUC, and left out of the mean: ${leftOut.join(', ')} (no positives or no negatives).`}</p>
<h3>ROC curves</h3>
<p class="small">${kind === 'single-label' && 'Each label against the rest, ranked by its probability. '}${base && html`<span class="key base"></span> ${base.name} &nbsp; <span class="key"></span> ${model.name}, in the colour of the label`}</p>
<div class="panels">${await rocPanels(data)}</div>
<h3>AUC with interval</h3>
<div class="pair">${await chart(aucIntervals(aucRows(data)), 'AUC with 95 % interval per label')}
${aucTable(data)}</div>
<h3>Precision and recall</h3>
<p class="muted">The dotted line is the share of records that have the label: what calling everybody gives.</p>
<div class="panels">${await precisionRecallPanels(data)}</div>
${decisionsSection(data)}
</section>
`
}

/** The scores by which models of this kind of labels are compared. */
function inWords({ name, evaluation }: ScoredModel): Html {
  const { kind, macroAuc, macroAucInterval, accuracy, accuracyInterval, macroF1, macroF1Interval } = evaluation
  const part = (title: string, value: number, interval: Interval) =>
    html`${title} <b>${score(value)}</b> (95 % interval ${range(interval)})`
  return kind === 'multi-label'
    ? html`${name}: ${part('macro AUC', macroAuc, macroAucInterval)}`
    : html`${name}: ${part('accuracy', accuracy, accuracyInterval)}, ${part('macro F1', macroF1, macroF1Interval)}`
}

async function rocPanels({ labels, model, base }: ReportData): Promise<Html[]> {
  const note = ({ name, evaluation }: ScoredModel, label: string) =>
    `${name} ${score(evaluation.auc[label])} (${range(evaluation.aucInterval[label])})`
  const macro = [`${model.name}, macro AUC ${score(model.evaluation.macroAuc)}`, ' ']
  const all = chart(rocOfAll(labels, model.roc, macro), `ROC curves of all labels, ${model.name}`)
  const each = labels.map((label, j) => {
    const notes = [note(model, label), base ? note(base, label) : ' ']
    return chart(
      rocOfLabel(label, j, base?.roc[label], model.roc[label], notes),
      `ROC curve of ${label}: ${notes.join(', ')}`,
    )
  })
  return Promise.all([all, ...each])
}

function precisionRecallPanels({ labels, model, base }: ReportData): Promise<Html[]> {
  const { records, perClass } = model.evaluation
  const note = ({ name, evaluation }: ScoredModel, label: string) =>
    `${name} average precision ${score(evaluation.averagePrecision[label])}`
  return Promise.all(
    labels.map((label, j) => {
      const notes = [note(model, label), base ? note(base, label) : ' ']
      const [ofBase, own] = [base?.precisionRecall[label], model.precisionRecall[label]]
      return chart(
        precisionRecallOfLabel(label, j, ofBase, own, perClass[label].support / records, notes),
        `Precision and recall of ${label}: ${notes.join(', ')}`,
      )
    }),
  )
}

function aucRows({ labels, model, base }: ReportData): AucRow[] {
  return [...(base ? [base] : []), model].flatMap(({ name: of, evaluation }) => {
    const { auc, aucInterval, macroAuc, macroAucInterval } = evaluation
    return [
      ...labels.map(name => ({ name, model: of, auc: auc[name], interval: aucInterval[name] })),
      { name: 'macro', model: of, auc: macroAuc, interval: macroAucInterval },
    ]
  })
}

function aucTable({ labels, model, base }: ReportData): Html {
  const cell = (auc: number, interval: Interval) => html`${score(auc)} <span class="muted">${range(interval)}</span>`
  const row = (name: Html | string, of: (scored: ScoredModel) => readonly [number, Interval]) => {
    const own = of(model)
    if (!base) return [name, cell(...own)]
    const ofBase = of(base)
    return [name, cell(...own), cell(...ofBase), signed(own[0] - ofBase[0])]
  }
  const heads = [model.name, ...(base ? [base.name, `${model.name} − ${base.name}`] : [])]
  return table(
    [{ head: 'label' }, ...heads.map(head => ({ head, number: true }))],
    labels.map((label, j) =>
      row(labelName(label, j), ({ evaluation }) => [evaluation.auc[label], evaluation.aucInterval[label]]),
    ),
    [row('macro', ({ evaluation }) => [evaluation.macroAuc, evaluation.macroAucInterval])],
  )
}
