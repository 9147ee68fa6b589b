import type { LabelScores } from '../../metrics/confusion.ts'
import type { Evaluation } from '../../metrics/evaluation.ts'
import { type Html, html } from '../html.ts'
import { count, range, score, share } from '../numbers.ts'
import type { ReportData, ScoredModel } from '../report-data.ts'
import { labelName, table } from './parts.ts'

/** Returns what a model's decisions are worth: the table of each label, and who is taken for whom. */
export function decisionsSection({ model, base, labels }: ReportData): Html {
  const single = model.evaluation.kind === 'single-label'
  const rule = single
    ? 'The largest probability decides, the first of equal ones.'
    : 'One threshold per label on its probability, as the model carries it (Holter chooses them for the highest F1 on the validation fold); a record that passes none gets its most probable label.'
  return html`<h3>${single ? 'By the largest probability' : 'At the thresholds'}</h3>
<p class="muted">${rule}</p>
${ofModel(model, labels)}
${base && ofModel(base, labels)}
`
}

function ofModel({ name, evaluation }: ScoredModel, labels: readonly string[]): Html {
  const { macroF1, macroF1Interval, microF1, weightedF1, accuracy, accuracyInterval, balancedAccuracy } = evaluation
  const right =
    evaluation.kind === 'single-label'
      ? html`share of records that are right`
      : html`mean of the labels: share of record-label pairs that are right), all labels right in <b>${share(evaluation.exactMatch, 1)}</b> of the records (exact match`
  return html`<h4>${name}</h4>
${labelTable(evaluation, labels)}
<p>Macro F1 <b>${score(macroF1)}</b> (95 % interval ${range(macroF1Interval)}), micro F1 <b>${score(microF1)}</b>, weighted F1 <b>${score(weightedF1)}</b>,
accuracy <b>${score(accuracy)}</b> (95 % interval ${range(accuracyInterval)}; ${right}), balanced accuracy <b>${score(balancedAccuracy)}</b>.</p>
${evaluation.confusionMatrix ? matrix(evaluation.confusionMatrix, labels) : twoByTwo(evaluation, labels)}
`
}

function labelTable({ kind, perClass, thresholds, averagePrecision }: Evaluation, labels: readonly string[]): Html {
  const cut = kind === 'multi-label'
  const rates: readonly (keyof LabelScores)[] = ['sensitivity', 'specificity', 'precision', 'f1']
  const heads = [...(cut ? ['threshold'] : []), 'sensitivity', 'specificity', 'precision', 'F1']
  const more = ['average precision', 'true', 'called']
  const rows = labels.map((label, j) => {
    const { support, truePositives, falsePositives } = perClass[label]
    return [
      labelName(label, j),
      ...(cut ? [score(thresholds[label])] : []),
      ...rates.map(rate => score(perClass[label][rate])),
      score(averagePrecision[label]),
      count(support),
      count(truePositives + falsePositives),
    ]
  })
  return table([{ head: 'label' }, ...[...heads, ...more].map(head => ({ head, number: true }))], rows)
}

/** Rows are what is true; the share of its row shades a cell. */
function matrix(counts: readonly (readonly number[])[], labels: readonly string[]): Html {
  const columns = [{ head: 'true \\ called' }, ...[...labels, 'all'].map(head => ({ head, number: true }))]
  const rows = counts.map((row, j) => {
    const all = row.reduce((sum, n) => sum + n, 0)
    const shade = (n: number) => (all ? Math.round((45 * n) / all) : 0)
    return [
      labelName(labels[j], j),
      ...row.map(
        n =>
          html`<span class="heat" style="background:color-mix(in srgb, var(--int8) ${shade(n)}%, transparent)">${count(n)} <small>${share(n, all)}</small></span>`,
      ),
      count(all),
    ]
  })
  return html`<h4>Confusion matrix</h4>
${table(columns, rows)}`
}

/** Labels that do not exclude each other are confused with their absence only. */
function twoByTwo({ perClass }: Evaluation, labels: readonly string[]): Html {
  const heads = ['there, called', 'there, missed', 'not there, called', 'not there, not called']
  const rows = labels.map((label, j) => {
    const { truePositives, falseNegatives, falsePositives, trueNegatives } = perClass[label]
    return [labelName(label, j), ...[truePositives, falseNegatives, falsePositives, trueNegatives].map(count)]
  })
  return html`<h4>Confusion of each label with its absence</h4>
${table([{ head: 'label' }, ...heads.map(head => ({ head, number: true }))], rows)}`
}
