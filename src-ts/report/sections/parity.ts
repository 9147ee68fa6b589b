import { type Html, html } from '../html.ts'
import { count } from '../numbers.ts'
import type { ReportData } from '../report-data.ts'
import { table } from './parts.ts'

/** Returns which engines were compared with the reference, byte by byte, and with what result. */
export function paritySection({ parity }: ReportData): Html {
  if (!parity) return html``
  const columns = [
    { head: 'engine' },
    { head: 'flavour' },
    { head: 'output bytes compared', number: true },
    { head: 'differing', number: true },
    { head: 'result', text: true },
  ]
  return html`<section id="parity"><h2>Equal to the reference</h2>
<p>The integer reference in TypeScript defines every output byte. There is no tolerance: one differing byte is a failure.</p>
${table(
  columns,
  parity.map(({ engine, flavour, outputs, differing, first, skipped }) =>
    skipped !== undefined
      ? [engine, flavour, '', '', html`<span class="muted">not run: ${skipped}</span>`]
      : [engine, flavour, count(outputs), count(differing), verdict(differing, first)],
  ),
)}
</section>
`
}

function verdict(differing: number, first: string | undefined): Html {
  return differing === 0
    ? html`<span class="good">identical</span>`
    : html`<span class="bad">differs</span>${first && `, first at ${first}`}`
}
