import { aamiParts } from '../aami.ts'
import { type Html, html } from '../html.ts'
import type { ReportData } from '../report-data.ts'
import { table } from './parts.ts'

/** Returns the tables of ectopic beats, of beats that were cut out of recordings; nothing for other records. */
export function ectopicSection({ aami }: ReportData): Html {
  if (!aami) return html``
  const parts = aamiParts(aami).map(({ sentence, heads, rows }) => {
    const columns = heads.map((head, i) => ({ head, number: i > 0 }))
    return html`<p>${sentence}</p>
${table(columns, rows)}`
  })
  return html`<section id="ectopic"><h2>Ectopic beats</h2>
${parts}
</section>
`
}
