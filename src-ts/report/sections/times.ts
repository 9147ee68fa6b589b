import { type Html, html } from '../html.ts'
import { inferenceTime, times } from '../numbers.ts'
import type { ReportData } from '../report-data.ts'
import { table } from './parts.ts'

/** Returns how long one inference takes in each engine, beside tflite-micro. */
export function timesSection({ times: rows }: ReportData): Html {
  if (!rows?.length) return html``
  const compared = rows.some(({ timesTfliteMicro }) => timesTfliteMicro !== undefined)
  const heads = ['median', 'least', ...(compared ? ['times as fast as tflite-micro'] : [])]
  return html`<section id="times"><h2>Inference time</h2>
<p>Single inferences after a warm-up, on the machine that made this page; they hold for it and its load only.
${compared && 'tflite-micro runs its reference kernels.'}</p>
${table(
  [{ head: 'engine' }, { head: 'flavour' }, ...heads.map(head => ({ head, number: true }))],
  rows.map(({ engine, flavour, medianNs, minNs, timesTfliteMicro }) => [
    engine,
    flavour,
    inferenceTime(medianNs),
    inferenceTime(minNs),
    ...(compared ? [times(timesTfliteMicro)] : []),
  ]),
)}
</section>
`
}
