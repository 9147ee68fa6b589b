import { decideRecord } from '../../metrics/confusion.ts'
import { ecgStrip } from '../ecg-strip.ts'
import { type Html, html } from '../html.ts'
import { score } from '../numbers.ts'
import type { ExampleRecord, ReportData, ScoredModel } from '../report-data.ts'
import { bar, inlineSvg, labelName, table } from './parts.ts'

/** Returns the example records on paper, each with what is true and what both models say. */
export function examplesSection(data: ReportData): Html {
  if (!data.examples.length) return html``
  return html`<section id="examples"><h2>Example records</h2>
<p class="muted">25 mm/s, 10 mm/mV, each lead around its median. The tick on a bar is the label's threshold.</p>
${data.examples.map(example => record(example, data))}
</section>
`
}

function record(example: ExampleRecord, { labels, float, int8 }: ReportData): Html {
  const truth = labels.filter(label => example.truth.includes(label))
  const called = callsOf(example.int8, int8, labels)
  const right = labels.every(label => truth.includes(label) === called.includes(label))
  const verdict = right
    ? html`<span class="good">all labels right</span>`
    : html`<span class="bad">not all labels right</span>`
  const title = `${example.leads.length}-lead ECG, record ${example.id}`
  return html`<article class="example">
<h3>Record ${example.id}, fold ${example.fold}</h3>
<figure class="ecg-figure">${inlineSvg(ecgStrip({ ...example, title }))}
<figcaption>true: <b>${truth.join(', ') || 'none'}</b> · int8 says: <b>${called.join(', ') || 'none'}</b> · ${verdict}</figcaption></figure>
${predictions(example, labels, float, int8, called)}
</article>
`
}

function predictions(
  example: ExampleRecord,
  labels: readonly string[],
  float: ScoredModel | undefined,
  int8: ScoredModel,
  called: readonly string[],
): Html {
  const probability = (
    kind: 'int8' | 'float',
    of: Readonly<Record<string, number>>,
    model: ScoredModel,
    label: string,
  ) => html`${score(of[label])}${bar(of[label], { kind, mark: model.evaluation.thresholds[label] })}`
  const columns = ['label', 'true', 'int8 says', 'int8 probability', ...(float ? ['float probability'] : [])]
  return table(
    columns.map(head => ({ head })),
    labels.map((label, j) => [
      labelName(label, j),
      example.truth.includes(label) ? 'yes' : '',
      called.includes(label) ? 'yes' : '',
      probability('int8', example.int8, int8, label),
      ...(float && example.float ? [probability('float', example.float, float, label)] : []),
    ]),
  )
}

/** The labels that a model gives a record, by the rule that the scores use. */
function callsOf(
  probabilities: Readonly<Record<string, number>>,
  { evaluation }: ScoredModel,
  labels: readonly string[],
): string[] {
  const decisions = decideRecord(
    Float64Array.from(labels, label => probabilities[label]),
    labels.map(label => evaluation.thresholds[label]),
  )
  return labels.filter((_, j) => decisions[j])
}
