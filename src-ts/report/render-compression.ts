import { readFileSync } from 'node:fs'
import { pareto } from './charts/pareto.ts'
import { type CompressionReport, cells, HEADS, untriedText } from './compression.ts'
import { html, raw } from './html.ts'
import { count, score, size } from './numbers.ts'
import { chart, definitions, table } from './sections/parts.ts'

/** Returns the page of a search: the plot of sizes and scores, and the table. */
export async function renderCompression(report: CompressionReport): Promise<string> {
  const { model, rows, front, judged, budget, limits, scored, synthetic, untried, command } = report
  const style = readFileSync(new URL('./report.css', import.meta.url), 'utf8')
  const points = rows.map(({ name, flashBytes, score: value, interval: [low, high] }) => ({
    name,
    bytes: flashBytes,
    score: value,
    low,
    high,
    front: front.some(each => each.name === name),
  }))
  const columns = ['mark', ...HEADS.slice(1), scored].map((head, i) => ({ head, number: i > 3 }))
  const best = front.reduce((a, b) => (b.score > a.score ? b : a))
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${model} compressed</title>
<style>
${raw(style)}</style>
</head>
<body>
<main>
<h1>${model} within ${budget}</h1>
${synthetic && html`<p><b>Synthetic records: the scores say nothing about patients.</b></p>`}
${definitions([
  ['judged', `${judged}: ${count(rows[0].records)} records, by the int8 bytes`],
  ['best', `${best.name}: ${score(best.score)} with ${size(best.flashBytes)}`],
  ...(untried.length ? [['not trained', untriedText(report)] as const] : []),
  ['made by', html`<code>${command}</code>`],
])}
${await chart(pareto(points, scored, limits), 'Size of the module and score of each candidate', 'chart-wide')}
<p class="small">Strong: Pareto front, no smaller module scores as high. Lines: 95 % intervals. Dashed: the budget.</p>
${table(
  columns,
  rows.map(row => cells(row, report)),
)}
</main>
</body>
</html>
`
  return page.html
}
