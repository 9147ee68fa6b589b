import {
  type Layout,
  layOut,
  MM_PER_MV,
  MM_PER_S,
  type Piece,
  type Recording,
  type Row,
  samplesOf,
} from './ecg-layout.ts'
import { escaped } from './html.ts'

/** A recording, and what stands around it. */
export interface Strip extends Recording {
  /** For screen readers. */
  readonly title: string
  /** Stands before the scale at the lower right. */
  readonly note?: string
  /** Sample numbers to mark by a triangle: above every lead, on a sheet of twelve above the rhythm strip. */
  readonly beats?: readonly number[]
  /** What somebody wrote at samples, such as N or V at a beat; it stands where the marks of beats do. */
  readonly annotations?: readonly { readonly sample: number; readonly symbol: string }[]
}

/** A part of the sheet, in seconds. */
interface Part {
  readonly fromS: number
  readonly toS: number
}

/** A sheet with a note of its own stands alone and has room below for it. */
const FOOT_MM = 5
/** Room at the left for the calibration pulse. */
const LEFT_MM = 10
/** Room above the highest peak of a row, and with marks in it. */
const HEAD_MM = 1
const MARKED_HEAD_MM = 5
/** A sheet that is longer than this is drawn in halves where a page may have to lay them below each other. */
const LONG_S = 5

/**
 * Returns an SVG that looks like ECG paper: 25 mm/s, 10 mm/mV, one unit is 1 mm, true to scale where the page does not shrink it.
 * Each lead is drawn around its median; NaN leaves a gap. Draws the first 10 s, or as much as is asked for.
 */
export function ecgStrip(strip: Strip): string {
  const layout = layOutStrip(strip)
  return drawn(strip, layout, { fromS: 0, toS: layout.seconds })
}

/** Returns the same drawing in one or two parts that make one sheet where they stand side by side. */
export function ecgParts(strip: Strip): { readonly svg: string; readonly widthMm: number }[] {
  const layout = layOutStrip(strip)
  const { seconds } = layout
  const cuts = seconds > LONG_S ? [0, seconds / 2, seconds] : [0, seconds]
  return cuts.slice(1).map((toS, i) => {
    const part = { fromS: cuts[i], toS }
    return { svg: drawn(strip, layout, part), widthMm: spanOf(part, layout).width }
  })
}

function layOutStrip(strip: Strip): Layout {
  return layOut(strip, strip.beats?.length || strip.annotations?.length ? MARKED_HEAD_MM : HEAD_MM)
}

function drawn(strip: Strip, layout: Layout, part: Part): string {
  const { rows } = layout
  const { left, width } = spanOf(part, layout)
  const height = rows[rows.length - 1].bottom + (strip.note ? FOOT_MM : 0)
  const first = part.fromS === 0
  const last = part.toS === layout.seconds
  const pieces = layout.pieces.filter(({ fromS, toS }) => fromS < part.toS && toS > part.fromS)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="ecg" role="img" aria-label="${escaped(strip.title)}${first ? '' : ', continued'}"`,
    ` width="${width}mm" height="${height}mm" viewBox="${left} 0 ${width} ${height}">`,
    `<rect class="ecg-paper"${left ? ` x="${left}"` : ''} width="${width}" height="${height}" fill="#fffafa"/>`,
    `<path class="ecg-millimetres" fill="none" stroke="#f6d5d5" stroke-width=".1" d="${grid(left, width, height, 1)}"/>`,
    `<path class="ecg-centimetres" fill="none" stroke="#e9aaaa" stroke-width=".18" d="${grid(left, width, height, 5)}"/>`,
    `<g class="ecg-ink" fill="none" stroke="#111" stroke-width=".3" stroke-linejoin="round">`,
    ...(first ? rows.map(calibrationPulse) : []),
    ...pieces.map(piece => trace(strip, layout, within(piece, part))),
    '</g>',
    beatMarks(strip, layout, part),
    '<g class="ecg-text" fill="#111" font-family="system-ui,sans-serif" font-size="3.4">',
    ...pieces.map(piece => leadName(strip.leads[piece.lead], piece, rows[piece.row], part)),
    annotationTexts(strip, layout, part),
    last ? scale(strip, left + width, height) : '',
    '</g></svg>',
  ].join('')
}

/** Where a part begins on the sheet and how wide it is, in mm; whole thick lines of the grid. */
function spanOf({ fromS, toS }: Part, { seconds }: Layout): { left: number; width: number } {
  const at = (second: number) => 5 * Math.ceil(atSecond(second) / 5)
  const left = fromS === 0 ? 0 : at(fromS)
  return { left, width: (toS === seconds ? 5 * Math.ceil(atSecond(seconds) / 5) : at(toS)) - left }
}

function within({ fromS, toS, ...piece }: Piece, part: Part): Piece {
  // A little more than the part, so that its edge cuts the line and not the other way round.
  return { ...piece, fromS: Math.max(fromS, part.fromS - 0.2), toS: Math.min(toS, part.toS + 0.2) }
}

function scale({ note, sampleRateHz }: Strip, right: number, bottom: number): string {
  const said = `${note ? `${escaped(note)} · ` : ''}${MM_PER_S} mm/s · ${MM_PER_MV} mm/mV · ${sampleRateHz} Hz`
  return `<text x="${right - 2}" y="${bottom - 2}" text-anchor="end" font-size="2.8">${said}</text>`
}

function grid(left: number, width: number, height: number, step: number): string {
  let path = ''
  for (let x = left; x <= left + width; x += step) path += `M${x} 0V${height}`
  for (let y = 0; y <= height; y += step) path += `M${left} ${y}h${width}`
  return path
}

const atSecond = (second: number) => LEFT_MM + second * MM_PER_S

/** 1 mV for 0.2 s: the proof of the scale. */
function calibrationPulse({ zero }: Row): string {
  return `<path d="M1 ${zero}h1.5v${-MM_PER_MV}h5v${MM_PER_MV}h1.5"/>`
}

function trace(strip: Strip, { rows, offsets }: Layout, piece: Piece): string {
  const { top, zero, bottom, cut } = rows[piece.row]
  const first = Math.round(piece.fromS * strip.sampleRateHz)
  let path = ''
  let pen = 'M'
  for (const [i, value] of samplesOf(strip, piece).entries()) {
    if (!Number.isFinite(value)) {
      pen = 'M'
      continue
    }
    const y = zero - (value - offsets[piece.lead]) * MM_PER_MV
    path += `${pen}${round(atSecond((first + i) / strip.sampleRateHz))} ${round(y)}`
    pen = 'L'
  }
  const line = `<path d="${path}"/>`
  if (!cut) return line
  const [x, width] = [atSecond(piece.fromS), (piece.toS - piece.fromS) * MM_PER_S].map(round)
  const box = `x="${x}" y="${top}" width="${width}" height="${bottom - top}"`
  return `<svg ${box} viewBox="${x} ${top} ${width} ${bottom - top}">${line}</svg>`
}

/** Rows that show all of the time, and the places in them of samples that the part shows. */
function markPlaces({ sampleRateHz }: Strip, { pieces, rows, seconds }: Layout, { fromS, toS }: Part, sample: number) {
  const at = sample / sampleRateHz
  if (at < fromS || at > toS || (at === toS && toS < seconds)) return []
  const whole = pieces.filter(piece => piece.fromS === 0 && piece.toS === seconds)
  return whole.map(({ row }) => ({ x: atSecond(at), y: rows[row].top }))
}

/** A small triangle at the upper edge of a row for each beat. */
function beatMarks(strip: Strip, layout: Layout, part: Part): string {
  const places = (strip.beats ?? []).flatMap(beat => markPlaces(strip, layout, part, beat))
  const marks = places
    .toSorted((a, b) => a.y - b.y || a.x - b.x)
    .map(({ x, y }) => `M${round(x - 0.8)} ${y + 1}h1.6l-.8 1.6z`)
  return marks.length ? `<path class="ecg-beats" fill="#b3261e" d="${marks.join('')}"/>` : ''
}

function annotationTexts(strip: Strip, layout: Layout, part: Part): string {
  const texts = (strip.annotations ?? []).flatMap(({ sample, symbol }) =>
    markPlaces(strip, layout, part, sample).map(
      ({ x, y }) => `<text x="${round(x)}" y="${y + 5.5}">${escaped(symbol)}</text>`,
    ),
  )
  return texts.length ? `<g class="ecg-annotations" font-size="2.8" text-anchor="middle">${texts.join('')}</g>` : ''
}

/** The name of a lead where its piece begins; in a later part, where it goes on, for pages that lay parts below each other. */
function leadName(name: string, { fromS }: Piece, { top, zero }: Row, part: Part): string {
  const again = fromS < part.fromS
  const x = atSecond(Math.max(fromS, part.fromS))
  const mark =
    fromS > 0
      ? `<path d="M${round(x)} ${zero - 6}v2.5M${round(x)} ${zero + 3}v2.5" stroke="currentColor" stroke-width=".3"/>`
      : ''
  const text = escaped(name.replace(/^AV(?=[RLF]$)/, 'aV'))
  return `${mark}<text${again ? ' class="ecg-again"' : ''} x="${round(x + 1)}" y="${top + 6.5}">${text}</text>`
}

/** Hundredths of a millimetre are finer than any printer. */
function round(mm: number): number {
  return Math.round(mm * 100) / 100
}
