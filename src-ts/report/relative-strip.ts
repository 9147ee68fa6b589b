import { escaped } from './html.ts'

/** A short signal without a voltage scale to draw, row-major [samples, leads]. */
export interface RelativeStrip {
  readonly signal: Float32Array
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  /** For screen readers. */
  readonly title: string
}

const WIDTH = 480
const ROW = 64
const LEFT = 96
const FOOT = 18
/** Room above and below a curve in its row. */
const MARGIN = 6

/**
 * Returns an SVG with one row per lead, each scaled to fill its row, over a time axis in tenths of a second: for beats in relative units,
 * on which a paper's millivolts would be a lie. NaN leaves a gap.
 */
export function relativeStrip({ signal, leads, sampleRateHz, title }: RelativeStrip): string {
  const samples = signal.length / leads.length
  const height = leads.length * ROW + FOOT
  const at = (t: number) => LEFT + (t / Math.max(1, samples - 1)) * (WIDTH - LEFT - 1)
  const rows = leads.map((name, lead) => {
    const values = Array.from({ length: samples }, (_, t) => signal[t * leads.length + lead])
    return (
      `<path fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" d="${trace(values, at, lead * ROW)}"/>` +
      `<text x="6" y="${lead * ROW + ROW / 2 + 4}">${escaped(name)}</text>`
    )
  })
  const tenths = Array.from({ length: 1 + Math.floor((10 * (samples - 1)) / sampleRateHz) }, (_, i) => i)
  const ticks = tenths.map(i => `M${round(at((i * sampleRateHz) / 10))} 0V${leads.length * ROW}`)
  const seconds = ((samples - 1) / sampleRateHz).toFixed(2)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escaped(title)}" width="${WIDTH}" height="${height}" `,
    `viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui,sans-serif" font-size="11" fill="currentColor">`,
    `<path stroke="currentColor" stroke-opacity=".15" d="${ticks.join('')}"/>`,
    ...rows,
    `<text x="${WIDTH - 6}" y="${height - 5}" text-anchor="end" fill-opacity=".7">`,
    `relative units · ${seconds} s, a line each .1 s · ${sampleRateHz} Hz</text></svg>`,
  ].join('')
}

function trace(values: readonly number[], at: (t: number) => number, top: number): string {
  const known = values.filter(Number.isFinite)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const scale = (ROW - 2 * MARGIN) / (high - low || 1)
  let path = ''
  let pen = 'M'
  for (const [t, value] of values.entries()) {
    if (Number.isFinite(value)) path += `${pen}${round(at(t))} ${round(top + ROW - MARGIN - (value - low) * scale)}`
    pen = Number.isFinite(value) ? 'L' : 'M'
  }
  return path
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100
}
