import { ecgParts } from '../ecg-strip.ts'
import { type Html, html } from '../html.ts'
import { score } from '../numbers.ts'
import { relativeStrip } from '../relative-strip.ts'
import type { ExampleRecord, ReportData, ScoredModel } from '../report-data.ts'
import { bar, inlineSvg, labelName, table } from './parts.ts'

/** Returns the title of the section, by how its records were chosen. */
export function examplesTitle({ examplesAre }: ReportData): string {
  return examplesAre === 'worst' ? 'Worst records' : 'Example records'
}

/** Returns the example records as strips, each with what is true and what the models say. */
export function examplesSection(data: ReportData): Html {
  const { examples, examplesAre, model } = data
  if (!examples.length) return html``
  const { kind } = model.evaluation
  return html`<section id="examples"><h2>${examplesTitle(data)}</h2>
<p class="muted">${examplesAre === 'worst' && `The records with the largest loss of ${model.name}, the largest first. A record that is called wrong with certainty may be labelled wrong. `}
${examples[0].unit === 'mV' ? '25 mm/s, 10 mm/mV, each lead around its median.' : 'Relative units: each channel fills its row, so heights do not compare between rows or records.'}
${kind === 'multi-label' && 'The tick on a bar is the label’s threshold.'}</p>
${examples.map(example => record(example, data))}
</section>
`
}

function record(example: ExampleRecord, data: ReportData): Html {
  const { labels, model, base } = data
  const { called, loss } = example
  const truth = labels.filter(label => example.truth.includes(label))
  const right = labels.every(label => truth.includes(label) === called.includes(label))
  const single = model.evaluation.kind === 'single-label'
  const verdict = right
    ? html`<span class="good">${single ? 'right' : 'all labels right'}</span>`
    : html`<span class="bad">${single ? 'wrong' : 'not all labels right'}</span>`
  const title = `${example.leads.length}-lead ECG, record ${example.id}`
  return html`<article class="example">
<h3>Record ${example.id}${data.data.folds && `, fold ${example.fold}`}${loss !== undefined && `, loss ${score(loss)}`}</h3>
<figure class="${example.unit === 'mV' ? 'ecg-figure' : 'strip-figure'}">${example.unit === 'mV' ? sheet(example, title) : inlineSvg(relativeStrip({ ...example, title }))}
<figcaption>true: <b>${truth.join(', ') || 'none'}</b> · ${model.name} says: <b>${called.join(', ') || 'none'}</b> · ${verdict}</figcaption></figure>
${predictions(example, labels, model, base)}
</article>
`
}

/** The ECG as one sheet of paper; its halves come to stand below each other where the page is narrow. */
function sheet(example: ExampleRecord, title: string): Html {
  const parts = ecgParts({ ...example, title })
  return html`<div class="sheet">${parts.map(({ svg, widthMm }) => html`<div style="--mm:${widthMm}">${inlineSvg(svg)}</div>`)}</div>`
}

function predictions(
  example: ExampleRecord,
  labels: readonly string[],
  model: ScoredModel,
  base: ScoredModel | undefined,
): Html {
  const mark = ({ evaluation }: ScoredModel, label: string) =>
    evaluation.kind === 'multi-label' ? evaluation.thresholds[label] : undefined
  const probability = (
    kind: 'model' | 'base',
    of: Readonly<Record<string, number>>,
    scored: ScoredModel,
    label: string,
  ) => html`${score(of[label])}${bar(of[label], { kind, mark: mark(scored, label) })}`
  const columns = [
    'label',
    'true',
    `${model.name} says`,
    `${model.name} probability`,
    ...(base ? [`${base.name} probability`] : []),
  ]
  return table(
    columns.map(head => ({ head })),
    labels.map((label, j) => [
      labelName(label, j),
      example.truth.includes(label) ? 'yes' : '',
      example.called.includes(label) ? 'yes' : '',
      probability('model', example.model, model, label),
      ...(base && example.base ? [probability('base', example.base, base, label)] : []),
    ]),
  )
}
