import { escaped } from './html.ts'

/** One recording to draw: millivolts, row-major [samples, leads]. */
export interface Strip {
  readonly signal: Float32Array
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  /** For screen readers. */
  readonly title: string
  /** How much is drawn, at most; 10 s, a sheet of paper, by default. */
  readonly seconds?: number
  /** Stands before the scale at the lower right. */
  readonly note?: string
  /** Sample numbers to mark: above every lead, on a sheet of twelve above the rhythm strip. */
  readonly beats?: readonly number[]
}

const MM_PER_S = 25
const MM_PER_MV = 10
/** What fits on a sheet of paper. */
const SECONDS = 10
/** Room between the zero lines of two rows, 3 mV. */
const ROW_MM = 30
/** A sheet with a note of its own stands alone: room above for tall beats of the first row, and below for the note. */
const HEAD_MM = 10
const FOOT_MM = 5
/** Room at the left for the calibration pulse. */
const LEFT_MM = 10
const STANDARD = [
  ['I', 'AVR', 'V1', 'V4'],
  ['II', 'AVL', 'V2', 'V5'],
  ['III', 'AVF', 'V3', 'V6'],
]

/** A piece of one lead on the paper: from where in time, for how long, in which row. */
interface Piece {
  readonly lead: number
  readonly row: number
  readonly fromS: number
  readonly toS: number
}

/**
 * Returns an SVG that looks like ECG paper: 25 mm/s, 10 mm/mV, one unit is 1 mm, true to scale where the page does not shrink it.
 * The twelve standard leads stand as on paper (three rows of four leads, each its quarter of the time, and lead II below); any
 * others one per row. Each lead is drawn around its median, since amplifiers take the offset away; NaN leaves a gap.
 * Draws the first 10 s, or as much as is asked for. A signal that leaves its row runs into the next one, as it does on paper.
 */
export function ecgStrip(strip: Strip): string {
  const { leads, sampleRateHz, title } = strip
  const seconds = Math.min(strip.seconds ?? SECONDS, strip.signal.length / leads.length / sampleRateHz)
  const pieces = standardLayout(leads, seconds) ?? leads.map((_, lead) => ({ lead, row: lead, fromS: 0, toS: seconds }))
  const rows = 1 + Math.max(...pieces.map(piece => piece.row))
  const width = 5 * Math.ceil((LEFT_MM + seconds * MM_PER_S) / 5)
  const [top, bottom] = strip.note ? [-HEAD_MM, rows * ROW_MM + FOOT_MM] : [0, rows * ROW_MM]
  const note = `${strip.note ? `${escaped(strip.note)} · ` : ''}${MM_PER_S} mm/s · ${MM_PER_MV} mm/mV · ${sampleRateHz} Hz`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="ecg" role="img" aria-label="${escaped(title)}"`,
    ` width="${width}mm" height="${bottom - top}mm" viewBox="0 ${top} ${width} ${bottom - top}">`,
    `<rect class="ecg-paper"${top ? ` y="${top}"` : ''} width="${width}" height="${bottom - top}" fill="#fffafa"/>`,
    `<path class="ecg-millimetres" fill="none" stroke="#f6d5d5" stroke-width=".1" d="${grid(width, top, bottom, 1)}"/>`,
    `<path class="ecg-centimetres" fill="none" stroke="#e9aaaa" stroke-width=".18" d="${grid(width, top, bottom, 5)}"/>`,
    `<g class="ecg-ink" fill="none" stroke="#111" stroke-width=".3" stroke-linejoin="round">`,
    ...Array.from({ length: rows }, (_, row) => calibrationPulse(row)),
    ...pieces.map(piece => trace(strip, piece)),
    '</g>',
    beatMarks(strip, pieces),
    '<g class="ecg-text" fill="#111" font-family="system-ui,sans-serif" font-size="3.4">',
    ...pieces.map(piece => leadName(leads[piece.lead], piece)),
    `<text x="${width - 2}" y="${bottom - 2}" text-anchor="end" font-size="2.8">${note}</text></g></svg>`,
  ].join('')
}

/** The sheet of four columns and a rhythm strip, or undefined when a standard lead is missing. */
function standardLayout(leads: readonly string[], seconds: number): Piece[] | undefined {
  const names = leads.map(lead => lead.toUpperCase())
  if (leads.length !== 12 || STANDARD.flat().some(name => !names.includes(name))) return undefined
  const quarter = seconds / 4
  const pieces = STANDARD.flatMap((inRow, row) =>
    inRow.map((name, i) => ({ lead: names.indexOf(name), row, fromS: i * quarter, toS: (i + 1) * quarter })),
  )
  return [...pieces, { lead: names.indexOf('II'), row: STANDARD.length, fromS: 0, toS: seconds }]
}

function grid(width: number, top: number, bottom: number, step: number): string {
  let path = ''
  for (let x = 0; x <= width; x += step) path += `M${x} ${top}V${bottom}`
  for (let y = top; y <= bottom; y += step) path += `M0 ${y}H${width}`
  return path
}

const zeroLine = (row: number) => row * ROW_MM + ROW_MM / 2 + 2.5
const atSecond = (second: number) => LEFT_MM + second * MM_PER_S

/** 1 mV for 0.2 s: the proof of the scale. */
function calibrationPulse(row: number): string {
  return `<path d="M1 ${zeroLine(row)}h1.5v${-MM_PER_MV}h5v${MM_PER_MV}h1.5"/>`
}

function trace(strip: Strip, { lead, row, fromS, toS }: Piece): string {
  const { signal, leads, sampleRateHz } = strip
  const all = Array.from({ length: signal.length / leads.length }, (_, t) => signal[t * leads.length + lead])
  const first = Math.round(fromS * sampleRateHz)
  const last = Math.min(Math.round(toS * sampleRateHz), all.length - 1)
  const offset = median(all.slice(0, Math.round((strip.seconds ?? SECONDS) * sampleRateHz)))
  let path = ''
  let pen = 'M'
  for (let t = first; t <= last; t++) {
    if (!Number.isFinite(all[t])) {
      pen = 'M'
      continue
    }
    const y = zeroLine(row) - (all[t] - offset) * MM_PER_MV
    path += `${pen}${round(atSecond(t / sampleRateHz))} ${round(y)}`
    pen = 'L'
  }
  return `<path d="${path}"/>`
}

/** A small triangle at the upper edge of a row for each beat; on a sheet of twelve leads only the last row shows all of the time. */
function beatMarks({ beats = [], sampleRateHz }: Strip, pieces: readonly Piece[]): string {
  const whole = pieces.filter(({ fromS, toS }) => fromS === 0 && toS === Math.max(...pieces.map(piece => piece.toS)))
  const marks = whole.flatMap(({ row, toS }) =>
    beats
      .filter(beat => beat >= 0 && beat <= toS * sampleRateHz)
      .map(beat => `M${round(atSecond(beat / sampleRateHz) - 0.8)} ${row * ROW_MM + 1}h1.6l-.8 1.6z`),
  )
  return marks.length ? `<path class="ecg-beats" fill="#b3261e" d="${marks.join('')}"/>` : ''
}

function leadName(name: string, { row, fromS }: Piece): string {
  const x = atSecond(fromS)
  const mark =
    fromS > 0
      ? `<path d="M${round(x)} ${zeroLine(row) - 6}v2.5M${round(x)} ${zeroLine(row) + 3}v2.5" stroke="currentColor" stroke-width=".3"/>`
      : ''
  return `${mark}<text x="${round(x + 1)}" y="${zeroLine(row) - 11}">${escaped(name.replace(/^AV(?=[RLF]$)/, 'aV'))}</text>`
}

function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  return sorted.length ? sorted[sorted.length >> 1] : 0
}

/** Hundredths of a millimetre are finer than any printer. */
function round(mm: number): number {
  return Math.round(mm * 100) / 100
}
