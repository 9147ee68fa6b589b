import type { SplitName } from '../../ecg/datasets/dataset.ts'
import { type Html, html } from '../html.ts'
import { count, counted, share } from '../numbers.ts'
import type { ReportData } from '../report-data.ts'
import { definitions, table } from './parts.ts'

const SPLITS: readonly { readonly name: SplitName; readonly folds: readonly number[] }[] = [
  { name: 'train', folds: [1, 2, 3, 4, 5, 6, 7, 8] },
  { name: 'validation', folds: [9] },
  { name: 'test', folds: [10] },
]

/** Returns where the records come from, how many there are per split, label and fold, and what was left out. */
export function dataSection({ data, labels, model }: ReportData): Html {
  const dropped = Object.entries(data.dropped).filter(([, records]) => records > 0)
  return html`<section id="data"><h2>Data</h2>
${definitions([
  ['source', data.synthetic ? `synthetic generator, ${data.source}` : `${data.name}, real records, ${data.source}`],
  [
    'signals',
    `${counted(data.leads.length, 'lead')} (${data.leads.join(' ')}), ${data.sampleRateHz} Hz, ${count(data.samples)} samples, ${data.unit === 'mV' ? 'millivolts' : 'relative units'}`,
  ],
  ['left out', dropped.length ? dropped.map(([reason, n]) => `${reason}: ${count(n)}`).join('; ') : 'nothing'],
  ['SHA-256 of what was opened', html`<span class="hash">${data.hash}</span>`],
])}
<h3>Records per split</h3>
${perSplit(data, labels)}
<p class="muted">${data.folds && 'No patient is in two splits.'}
${model.evaluation.kind === 'multi-label' && 'A record may have several labels, so the columns add up to more than the records.'}</p>
${data.folds ? perFold(data.folds) : ''}
</section>
`
}

function perFold(folds: readonly number[]): Html {
  const columns = folds.map((_, i) => ({ head: `fold ${i + 1}`, number: true }))
  return html`<h3>Records per fold</h3>
${table(columns, [folds.map(count)])}`
}

function perSplit(data: ReportData['data'], labels: readonly string[]): Html {
  const columns = ['records', 'patients', ...labels].map(head => ({ head, number: true }))
  const rows = SPLITS.map(({ name, folds }) => {
    const opened = data.opened.find(({ split }) => split === name)
    const records = data.records[name]
    const span = folds.length > 1 ? `folds ${folds[0]}–${folds.at(-1)}` : `fold ${folds[0]}`
    const where = data.folds ? span : ''
    return [
      html`${name} <span class="muted">${where}</span>`,
      count(records),
      opened ? count(opened.patients) : html`<span class="muted">not opened</span>`,
      ...labels.map(label =>
        opened
          ? html`${count(opened.positives[label])} <span class="muted">${share(opened.positives[label], records)}</span>`
          : '',
      ),
    ]
  })
  return table([{ head: 'split' }, ...columns], rows)
}
