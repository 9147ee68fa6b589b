import { type Html, html } from '../html.ts'
import { count, duration, size } from '../numbers.ts'
import type { FileRow, ReportData } from '../report-data.ts'
import { definitions, table } from './parts.ts'

/** Returns the files, how to make them again, whose data it is, and what this is not. */
export function makingSection({ files, making, sources }: ReportData): Html {
  const { command, seed, stages, versions, hashes } = making
  const texts = (entries: Readonly<Record<string, string>>) =>
    Object.entries(entries).map(([name, value]) => [name, html`<code>${value}</code>`] as const)
  return html`${files && fileSection(files)}<section id="making"><h2>How it was made</h2>
${definitions([
  ['command', html`<code>${command}</code>`],
  ...(seed === undefined ? [] : ([['seed', String(seed)]] as const)),
  ['time', stages.map(({ name, seconds }) => `${name} ${duration(seconds)}`).join(', ')],
])}
<div class="pair"><div><h3>Versions</h3>${definitions(texts(versions))}</div>
<div><h3>Hashes</h3>${definitions(texts(hashes))}</div></div>
${sources.length > 0 && html`<h3>Licence and citation of the data</h3>`}
${sources.map(({ name, licence, citation }) => html`<p><b>${name}</b>, ${licence}. ${citation}</p>`)}
</section>
`
}

function fileSection(files: readonly FileRow[]): Html {
  const columns = [
    { head: 'file' },
    { head: 'bytes', number: true },
    { head: 'size', number: true },
    { head: 'what it is', text: true },
  ]
  const rows = files.map(({ name, bytes, purpose }) => [html`<code>${name}</code>`, count(bytes), size(bytes), purpose])
  return html`<section id="files"><h2>Files</h2>
${table(columns, rows)}
</section>
`
}
