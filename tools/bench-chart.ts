import type { Spec } from 'vega'
import { drawChart, INK, INT8 } from '../src-ts/report/charts/chart.ts'

/** A bar: how many times as long as what the title names. */
export interface TimesRow {
  readonly name: string
  readonly times: number
}

/** Returns an SVG of bars with their figures, top to bottom; it needs no style sheet around it. */
export async function timesChart(rows: readonly TimesRow[], title: string): Promise<string> {
  const values = rows.map(row => ({ ...row, label: row.times.toFixed(2) }))
  const at = { y: { scale: 'name', field: 'name' }, height: { scale: 'name', band: 1 } }
  const spec: Spec = {
    width: 400,
    height: 20 * values.length,
    data: [{ name: 'rows', values }],
    scales: [
      { name: 'x', type: 'linear', domain: { data: 'rows', field: 'times' }, zero: true, nice: true, range: 'width' },
      { name: 'name', type: 'band', domain: values.map(({ name }) => name), range: 'height', padding: 0.2 },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title, grid: true },
      { orient: 'left', scale: 'name', domain: false, ticks: false },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'rows' },
        encode: {
          update: { ...at, x: { scale: 'x', value: 0 }, x2: { scale: 'x', field: 'times' }, fill: { value: INT8 } },
        },
      },
      {
        type: 'text',
        from: { data: 'rows' },
        encode: {
          update: {
            y: { scale: 'name', field: 'name', band: 0.5 },
            x: { scale: 'x', field: 'times', offset: 4 },
            text: { field: 'label' },
            baseline: { value: 'middle' },
            fill: { value: INK },
          },
        },
      },
    ],
  }
  const colours = ':root{--ink:#222;--muted:#777;--line:#ddd;--int8:#1f77b4}'
  return (await drawChart(spec)).replace('>', `><style>${colours}</style>`)
}
