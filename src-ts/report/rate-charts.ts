import type { RecordingSummary } from '../monitor/recording-summary.ts'
import { type Html, raw } from './html.ts'

const WIDTH = 880
const HEIGHT = 180
const LEFT = 56
const RIGHT = 20
const BOTTOM = 30
const TOP = 8
const TEXT = 'font-size="12" fill="var(--muted)" font-family="system-ui,sans-serif"'

/** Returns a value of each minute over the time, a line with gaps where it is not known. */
export function trend(name: string, perMinute: readonly (number | undefined)[]): Html {
  const known = perMinute.filter(value => value !== undefined)
  const most = 20 * Math.ceil(Math.max(100, ...known) / 20)
  const hours = Math.max(1, perMinute.length) / 60
  const x = (minute: number) => LEFT + ((WIDTH - LEFT - RIGHT) * minute) / Math.max(1, perMinute.length - 1)
  const y = (value: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / most
  let [path, pen] = ['', 'M']
  for (const [minute, value] of perMinute.entries()) {
    if (value !== undefined) path += `${pen}${x(minute).toFixed(1)} ${y(value).toFixed(1)}`
    pen = value === undefined ? 'M' : 'L'
  }
  const lines = [0, most / 2, most].map(value => grid(y(value), String(value)))
  const step = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 12, 24].find(each => hours / each <= 10) ?? 24
  const ticks = Array.from({ length: Math.floor(hours / step) + 1 }, (_, i) => {
    const hour = Number((i * step).toFixed(2))
    return `<text x="${x(60 * hour).toFixed(1)}" y="${HEIGHT - 12}" text-anchor="middle" ${TEXT}>${hour} h</text>`
  })
  const line = `<path d="${path}" fill="none" stroke="var(--ink)" stroke-width="1.5"/>`
  return figure(name, [...lines, ...ticks, line])
}

/** Returns the histogram of intervals by their rate. */
export function bars({ from, width, counts }: RecordingSummary['histogram']): Html {
  const last = Math.max(10, counts.findLastIndex(count => count > 0) + 1)
  const most = Math.max(1, ...counts)
  const step = (WIDTH - LEFT - RIGHT) / last
  const high = (count: number) => ((HEIGHT - BOTTOM - TOP) * count) / most
  const columns = counts.slice(0, last).map((count, i) => {
    const [x, height] = [LEFT + i * step, high(count)]
    return `<rect x="${(x + 1).toFixed(1)}" y="${(HEIGHT - BOTTOM - height).toFixed(1)}" width="${(step - 2).toFixed(1)}" height="${height.toFixed(1)}" fill="var(--int8)"/>`
  })
  const every = Math.ceil(last / 12)
  const ticks = counts
    .slice(0, last)
    .flatMap((_, i) =>
      i % every === 0
        ? [
            `<text x="${(LEFT + i * step).toFixed(1)}" y="${HEIGHT - 12}" text-anchor="middle" ${TEXT}>${from + i * width}</text>`,
          ]
        : [],
    )
  const lines = [grid(HEIGHT - BOTTOM, '0'), grid(TOP, most.toLocaleString('en-US'))]
  return figure('Intervals between beats, by beats a minute', [...lines, ...ticks, ...columns])
}

function grid(y: number, text: string): string {
  const line = `<path d="M${LEFT} ${y.toFixed(1)}H${WIDTH - RIGHT}" stroke="var(--line)"/>`
  return `${line}<text x="${LEFT - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end" ${TEXT}>${text}</text>`
}

function figure(name: string, parts: readonly string[]): Html {
  const svg = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="100%" role="img" aria-label="${name}">${parts.join('')}</svg>`
  return raw(`<figure class="rate">${svg}<figcaption>${name}</figcaption></figure>\n`)
}
