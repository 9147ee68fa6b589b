import type { Spec } from 'vega'
import { drawChart, labelColour } from '../charts/chart.ts'
import { type Html, html, raw } from '../html.ts'

/** A cell: plain text stands left, numbers (as text) right when the column says so. */
type Cell = Html | string | number

export interface Column {
  readonly head: string
  /** Right-aligned. */
  readonly number?: boolean
  /** May break into several lines. */
  readonly text?: boolean
}

/** A table of more columns becomes a list of cards where the page is narrow. */
const NARROW_COLUMNS = 3

/** Returns a table; a row that stands under `totals` is set off. Every column needs a head: in cards it names the value. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  totals: readonly (readonly Cell[])[] = [],
): Html {
  const kind = ({ number, text }: Column) => (number ? 'number' : text ? 'text' : 'plain')
  const row = (cells: readonly Cell[], name: string) =>
    html`<tr class="${name}">${cells.map(
      (cell, i) => html`<td class="${kind(columns[i])}" data-head="${columns[i].head}">${cell}</td>`,
    )}</tr>`
  return html`<table class="${columns.length > NARROW_COLUMNS ? 'wide cards' : 'wide'}">
<thead><tr>${columns.map(column => html`<th scope="col" class="${kind(column)}">${column.head}</th>`)}</tr></thead>
<tbody>${rows.map(cells => row(cells, 'row'))}${totals.map(cells => row(cells, 'total'))}</tbody>
</table>
`
}

/** Returns names with their values, one per line. */
export function definitions(entries: readonly (readonly [string, Cell])[]): Html {
  return html`<dl>${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
`
}

/** Returns a figure with a Vega chart; `name` says to a screen reader what it shows. */
export async function chart(
  spec: Spec,
  name: string,
  size: 'chart' | 'chart-wide' | 'chart-narrow' = 'chart',
): Promise<Html> {
  return html`<figure class="${size}" role="img" aria-label="${name}">${inlineSvg(await drawChart(spec))}</figure>
`
}

/** Returns an SVG for use inside a page: there a namespace is understood, and an address that looks like a request is not. */
export function inlineSvg(svg: string): Html {
  return raw(svg.replace(/ xmlns(:xlink)?="[^"]*"/g, ''))
}

/** Returns a bar filled to `share` (0–1), with a tick at `mark` (0–1). */
export function bar(share: number, options: { mark?: number; kind?: 'model' | 'base' } = {}): Html {
  const percent = (value: number) => (100 * Math.min(1, Math.max(0, value || 0))).toFixed(1)
  const tick = options.mark !== undefined && html`<u style="left:${percent(options.mark)}%"></u>`
  return html`<span class="bar"><i class="${options.kind ?? 'model'}" style="width:${percent(share)}%"></i>${tick}</span>`
}

/** Returns a label with its colour. */
export function labelName(label: string, index: number): Html {
  return html`<span class="swatch" style="background:${labelColour(index)}"></span>${label}`
}
