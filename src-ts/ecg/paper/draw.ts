import { HolterError } from '../../errors.ts'
import { LETTER, letters } from './letters.ts'
import { FIRST_MM, GRID_MM, MM_PER_MV, MM_PER_S, SHEET, SHEET_SECONDS, STRETCHES, ZERO_MM } from './sheet.ts'
import { PLAIN, type Style } from './style.ts'

// All is computed in integers, but for the one rounding of each sample: no two machines draw another byte. A pixel's darkness is the share of
// it that ink covers, exactly, of a trace drawn with a square pen: a pixel is cut into columns, in each of which the ink is an interval.

/** Columns in a pixel, and parts of its height. */
const ACROSS = 4
const PARTS = 64
/** Ink in a pixel that it covers whole. */
const FULL = ACROSS * PARTS
/** Styles are in these. */
const STYLE_PARTS = 64
const STYLE_ONE = 1024
/** Grids of single millimetres are drawn from so many pixels a millimetre on, and so much weaker. */
const FINE_FROM = 3
const FINE_MM = 1

/** No height is above it: far beyond the sheet, and sums of a record's still fit. */
const MOST = 1 << 24

/** A record to draw: millivolts, row-major [samples, leads]. */
export interface Drawable {
  readonly samples: number
  readonly leads: readonly string[]
  readonly sampleRateHz: number
}

/** Draws records of one form into pictures of one size, as often as asked. */
export interface Drawer {
  readonly width: number
  readonly height: number
  /** Writes a grey level for each pixel, row by row, to `out`. */
  draw(record: ArrayLike<number>, out: Uint8Array, style?: Style): void
}

/**
 * Returns a drawer of sheets with so many pixels a millimetre (one: what networks see). Throws HolterError unless records are ten seconds of the
 * twelve standard leads.
 */
export function drawer(form: Drawable, pixelsPerMm = 1): Drawer {
  const places = leadPlaces(form)
  const [width, height] = [SHEET.width * pixelsPerMm, SHEET.height * pixelsPerMm]
  const ink = new Int32Array(width * height)
  const heights = Array.from({ length: form.leads.length }, () => new Int32Array(form.samples))
  return {
    width,
    height,
    draw(record, out, style = PLAIN) {
      ink.fill(0)
      const pen = penOf({ width, height, ink }, style, pixelsPerMm)
      measure(record, heights, pen.perMillivolt)
      pulses(pen)
      for (const [i, { lead, row, fromS, toS }] of STRETCHES.entries()) {
        const first = Math.round(fromS * form.sampleRateHz)
        const last = Math.min(Math.round(toS * form.sampleRateHz), form.samples - 1)
        const trace = heights[places[i]].subarray(first, last + 1)
        const left = FIRST_MM + fromS * MM_PER_S
        stroke(pen, trace, form.sampleRateHz, left, ZERO_MM[row])
        label(pen, lead, left, ZERO_MM[row])
      }
      blend(ink, style, pen, out)
    },
  }
}

/** A sheet of ink, and what a millimetre is on it. */
interface Pen {
  readonly width: number
  readonly height: number
  readonly ink: Int32Array
  /** In parts of a pixel. */
  readonly mm: number
  readonly perMillivolt: number
  readonly right: number
  readonly down: number
  /** Half the line, in parts up and down and in columns to the sides. */
  readonly half: number
  readonly sides: number
}

function penOf(sheet: Pick<Pen, 'width' | 'height' | 'ink'>, style: Style, pixelsPerMm: number): Pen {
  const mm = Math.round((PARTS * pixelsPerMm * style.scale) / STYLE_ONE)
  const parts = (styled: number) => Math.round((styled * mm) / STYLE_PARTS)
  const half = parts(style.inkWidth) >> 1
  return {
    ...sheet,
    mm,
    perMillivolt: mm * MM_PER_MV,
    right: parts(style.right),
    down: parts(style.down),
    half,
    sides: Math.max(1, Math.round((half * ACROSS) / PARTS)),
  }
}

/** Writes each lead's samples as parts above its mean: amplifiers take the offset away. */
function measure(record: ArrayLike<number>, heights: readonly Int32Array[], perMillivolt: number): void {
  const leads = heights.length
  for (const [lead, own] of heights.entries()) {
    let sum = 0
    for (let i = 0, at = lead; i < own.length; i++, at += leads) {
      own[i] = Math.max(-MOST, Math.min(MOST, Math.round(record[at] * perMillivolt)))
      sum += own[i]
    }
    const mean = Math.round(sum / own.length)
    for (let i = 0; i < own.length; i++) own[i] -= mean
  }
}

/** Draws a line through heights above `zeroMm` that begins at `leftMm`; samples are joined by straight lines. */
function stroke(pen: Pen, trace: Int32Array, sampleRateHz: number, leftMm: number, zeroMm: number): void {
  const { mm, width, right, down, half, sides } = pen
  const zero = zeroMm * mm + down
  const left = leftMm * mm + right
  // Column c begins at c · PARTS / ACROSS parts; a sample lasts mm · 25 / rate parts.
  const [step, sample] = [(PARTS / ACROSS) * sampleRateHz, mm * MM_PER_S]
  const first = Math.ceil((left * ACROSS) / PARTS)
  const end = Math.floor((left * ACROSS) / PARTS + ((trace.length - 1) * sample) / step)
  const edges = heightsAt(trace, first * step - left * sampleRateHz, step, sample, end - first + 1)
  for (let c = Math.max(0, first); c < Math.min(end, width * ACROSS); c++) {
    let low = edges[c - first]
    let high = low
    const to = Math.min(end, c + 1 + sides) - first
    for (let other = Math.max(first, c - sides) - first; other <= to; other++) {
      const value = edges[other]
      if (value < low) low = value
      else if (value > high) high = value
    }
    cover(pen, Math.floor(c / ACROSS), zero - high - half, zero - low + half)
  }
}

/** Returns the heights of a trace at `count` places, `step` apart from `place` on, where a sample is `sample` long; beyond its ends it goes on flat. */
function heightsAt(trace: Int32Array, place: number, step: number, sample: number, count: number): Int32Array {
  const heights = new Int32Array(count)
  const last = trace.length - 1
  for (let i = 0, at = place; i < count; i++, at += step) {
    const before = Math.max(0, Math.min(last, Math.floor(at / sample)))
    const after = Math.min(last, before + 1)
    const share = Math.max(0, Math.min(sample, at - before * sample))
    heights[i] = trace[before] + Math.round(((trace[after] - trace[before]) * share) / sample)
  }
  return heights
}

/** Adds the ink of a column of a pixel's width / ACROSS between two heights. */
function cover({ ink, width, height }: Pen, x: number, top: number, bottom: number): void {
  const from = Math.max(0, top)
  const to = Math.min(height * PARTS, bottom)
  for (let edge = from - (from % PARTS), i = (edge / PARTS) * width + x; edge < to; edge += PARTS, i += width) {
    ink[i] += Math.min(to, edge + PARTS) - Math.max(from, edge)
  }
}

/** The pulse of 1 mV and .2 s before each row, as a trace of 100 samples a second. */
function pulses(pen: Pen): void {
  const pulse = Int32Array.from({ length: 4 * FIRST_MM + 1 }, (_, i) => (i >= 2 && i < 22 ? pen.perMillivolt : 0))
  for (const zero of ZERO_MM) stroke(pen, pulse, 100, 0, zero)
}

/** Writes a lead's name above the beginning of its trace, a millimetre for each dot of a letter. */
function label(pen: Pen, lead: string, leftMm: number, zeroMm: number): void {
  const { mm, right, down, width, height, ink } = pen
  const dot = Math.max(1, Math.round(mm / PARTS))
  const left = Math.round((leftMm * mm + right) / PARTS) + dot
  const top = Math.round(((zeroMm - LETTER.above) * mm + down) / PARTS)
  for (const [i, letter] of [...lead].entries()) {
    for (const [at, on] of [...(letters[letter] ?? '')].entries()) {
      if (on !== '#') continue
      const x = left + dot * (i * (LETTER.width + 1) + (at % LETTER.width))
      const y = top + dot * Math.floor(at / LETTER.width)
      for (let k = 0; k < dot * dot; k++) {
        const [px, py] = [x + (k % dot), y + Math.floor(k / dot)]
        if (px >= 0 && px < width && py >= 0 && py < height) ink[py * width + px] += FULL
      }
    }
  }
}

/** Lays grid and ink on paper. */
function blend(ink: Int32Array, style: Style, pen: Pen, out: Uint8Array): void {
  const { width, height, right, down } = pen
  const columns = gridLines(width, right, style, pen)
  const rows = gridLines(height, down, style, pen)
  const paper = Uint8Array.from({ length: PARTS + 1 }, (_, line) => mixed(style.paper, style.grid, line, PARTS))
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const under = paper[Math.max(rows[y], columns[x])]
      // Most pixels have none.
      out[i] = ink[i] === 0 ? under : mixed(under, style.ink, Math.min(FULL, ink[i]), FULL)
    }
  }
}

/** Returns a level of which `part` of `whole` is covered by another one. */
function mixed(under: number, over: number, part: number, whole: number): number {
  return under + Math.floor(((over - under) * part + whole / 2) / whole)
}

/** Returns what part of each of `length` pixels lines of the grid cover, 0 to PARTS. */
function gridLines(length: number, shift: number, { gridWidth }: Style, { mm }: Pen): Int32Array {
  const covered = new Int32Array(length)
  const lines = (distanceMm: number, width: number) => {
    const distance = distanceMm * mm
    for (
      let at = (((shift % distance) + distance) % distance) - distance;
      at < length * PARTS + distance;
      at += distance
    ) {
      const [from, to] = [Math.max(0, at - (width >> 1)), Math.min(length * PARTS, at - (width >> 1) + width)]
      for (let y = Math.floor(from / PARTS); y * PARTS < to; y++) {
        covered[y] = Math.min(PARTS, covered[y] + Math.min(to, (y + 1) * PARTS) - Math.max(from, y * PARTS))
      }
    }
  }
  const width = Math.max(1, Math.round((gridWidth * mm) / STYLE_PARTS))
  lines(GRID_MM, width)
  if (mm >= FINE_FROM * PARTS) lines(FINE_MM, width >> 1)
  return covered
}

/** Returns where the leads of the sheet's stretches stand among a record's. */
function leadPlaces({ samples, sampleRateHz, leads }: Drawable): number[] {
  if (samples !== SHEET_SECONDS * sampleRateHz) {
    const problem = 'a sheet of ECG paper shows as many seconds as fit on it'
    const expected = `${SHEET_SECONDS} s`
    throw new HolterError({ stage: 'ecg', where: 'drawing', problem, got: `${samples / sampleRateHz} s`, expected })
  }
  const names = leads.map(name => name.toUpperCase())
  const places = STRETCHES.map(({ lead }) => names.indexOf(lead))
  const missing = STRETCHES.findIndex((_, i) => places[i] < 0)
  if (missing < 0) return places
  throw new HolterError({
    stage: 'ecg',
    where: `lead ${STRETCHES[missing].lead}`,
    problem: 'a sheet of ECG paper shows the twelve standard leads, and this one is missing',
    got: leads.join(' '),
  })
}
