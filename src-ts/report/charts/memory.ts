import type { Mark, Spec } from 'vega'
import { size } from '../numbers.ts'
import type { LayerRow, MemorySummary } from '../report-data.ts'
import { FLOAT, INK, INT8 } from './chart.ts'

/** Pixels from axis to edge: for a desk, and for a phone. */
export const CHART_WIDTHS = { 'chart-wide': 880, 'chart-narrow': 290 } as const

/** Returns the bytes held while each node runs, with the arena's size and the lower bound of any plan as lines. */
export function memoryOverRun(
  layers: readonly LayerRow[],
  { arenaBytes, arenaLowerBoundBytes }: MemorySummary,
  width: number = CHART_WIDTHS['chart-wide'],
): Spec {
  // Many nodes leave no room for names: then their numbers stand for them, as in the layer table.
  const named = layers.length * 85 <= width
  const values = layers.map(({ name, liveBytes, outputBytes }, i) => ({
    place: named ? `${i + 1} ${name}` : `${i + 1}`,
    live: liveBytes / 1024,
    output: Math.min(outputBytes, liveBytes) / 1024,
  }))
  const bar = (field: 'live' | 'output', colour: string): Mark => ({
    type: 'rect',
    from: { data: 'nodes' },
    encode: {
      update: {
        x: { scale: 'x', field: 'place' },
        width: { scale: 'x', band: 1 },
        y: { scale: 'y', field },
        y2: { scale: 'y', value: 0 },
        fill: { value: colour },
      },
    },
  })
  return {
    width,
    height: 220,
    data: [{ name: 'nodes', values }],
    scales: [
      { name: 'x', type: 'band', domain: { data: 'nodes', field: 'place' }, range: 'width', padding: 0.15 },
      {
        name: 'y',
        type: 'linear',
        domain: [0, (1.12 * Math.max(arenaBytes, arenaLowerBoundBytes)) / 1024],
        zero: true,
        range: 'height',
      },
      {
        name: 'colour',
        type: 'ordinal',
        domain: ['everything held', 'its own output'],
        range: [FLOAT, INT8],
      },
    ],
    axes: [
      { orient: 'left', scale: 'y', title: 'KB', grid: true, tickCount: 5, domain: false },
      { orient: 'bottom', scale: 'x', title: 'node', labelOverlap: true, labelLimit: named ? 84 : 30, ticks: false },
    ],
    legends: [{ fill: 'colour', orient: 'top', direction: 'horizontal', symbolType: 'square' }],
    marks: [
      bar('live', FLOAT),
      bar('output', INT8),
      ...line(arenaLowerBoundBytes, `lower bound ${size(arenaLowerBoundBytes)}`, 'left', [3, 3]),
      ...line(arenaBytes, `arena ${size(arenaBytes)}`, 'right', [1, 0]),
    ],
  }
}

/** A level with its name; two names at opposite ends, so that equal levels stay readable. */
function line(bytes: number, name: string, end: 'left' | 'right', dash: number[]): Mark[] {
  const y = { scale: 'y', value: bytes / 1024 }
  const x = end === 'left' ? { value: 4 } : { signal: 'width - 4' }
  return [
    {
      type: 'rule',
      encode: {
        update: { x: { value: 0 }, x2: { signal: 'width' }, y, stroke: { value: INK }, strokeDash: { value: dash } },
      },
    },
    { type: 'text', encode: { update: { x, y: { ...y, offset: -5 }, text: { value: name }, align: { value: end } } } },
  ]
}
