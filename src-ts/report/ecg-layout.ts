/** One recording to draw: millivolts, row-major [samples, leads]. */
export interface Recording {
  readonly signal: Float32Array
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  /** How much is drawn, at most; 10 s, a sheet of paper, by default. */
  readonly seconds?: number
}

/** A piece of one lead on the paper: from where in time, for how long, in which row. */
export interface Piece {
  readonly lead: number
  readonly row: number
  readonly fromS: number
  readonly toS: number
}

/** A row of the paper, in millimetres from its top: its upper and lower edge, and where 0 mV lies. */
export interface Row {
  readonly top: number
  readonly zero: number
  readonly bottom: number
  /** A signal that not even the highest row holds is cut off at its edges. */
  readonly cut: boolean
}

export interface Layout {
  readonly seconds: number
  readonly pieces: readonly Piece[]
  readonly rows: readonly Row[]
  /** What stands at 0 mV of each lead: its median, since amplifiers take the offset away. */
  readonly offsets: readonly number[]
}

export const MM_PER_S = 25
export const MM_PER_MV = 10
/** What fits on a sheet of paper. */
const SECONDS = 10
/** Room of a usual row above and below 0 mV; more comes in thick lines of the grid, up to a limit. */
const ABOVE_MM = 17.5
const BELOW_MM = 12.5
const STEP_MM = 5
const MOST_STEPS = 6
const STANDARD = [
  ['I', 'AVR', 'V1', 'V4'],
  ['II', 'AVL', 'V2', 'V5'],
  ['III', 'AVF', 'V3', 'V6'],
]

/**
 * Returns where a recording stands on the paper. The twelve standard leads stand as on paper (three rows of four leads, each its quarter of
 * the time, and lead II below); any others one per row. Rows are as high as their signals, and `headMm` more: no row runs into the next one.
 */
export function layOut(recording: Recording, headMm: number): Layout {
  const { signal, leads, sampleRateHz } = recording
  const seconds = Math.min(recording.seconds ?? SECONDS, signal.length / leads.length / sampleRateHz)
  const pieces = standardPieces(leads, seconds) ?? leads.map((_, lead) => ({ lead, row: lead, fromS: 0, toS: seconds }))
  const offsets = leads.map((_, lead) => median(samplesOf(recording, { lead, row: 0, fromS: 0, toS: seconds })))
  const rows: Row[] = []
  for (let row = 0; row <= Math.max(...pieces.map(piece => piece.row)); row++) {
    const millimetres = pieces
      .filter(piece => piece.row === row)
      .flatMap(piece => samplesOf(recording, piece).map(value => (value - offsets[piece.lead]) * MM_PER_MV))
    rows.push(rowOf(rows.at(-1)?.bottom ?? 0, millimetres.filter(Number.isFinite), headMm))
  }
  return { seconds, pieces, rows, offsets }
}

/** Returns the samples of a piece, the one at its end among them. */
export function samplesOf({ signal, leads, sampleRateHz }: Recording, { lead, fromS, toS }: Piece): number[] {
  const first = Math.round(fromS * sampleRateHz)
  const last = Math.min(Math.round(toS * sampleRateHz), signal.length / leads.length - 1)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => signal[(first + i) * leads.length + lead])
}

function rowOf(top: number, millimetres: readonly number[], headMm: number): Row {
  const highest = millimetres.reduce((most, value) => Math.max(most, value), 0) + headMm
  const lowest = millimetres.reduce((least, value) => Math.min(least, value), 0) - 1
  const steps = (room: number, needed: number) => Math.max(0, Math.ceil((needed - room) / STEP_MM))
  const [above, below] = [steps(ABOVE_MM, highest), steps(BELOW_MM, -lowest)]
  const zero = top + ABOVE_MM + STEP_MM * Math.min(above, MOST_STEPS)
  return {
    top,
    zero,
    bottom: zero + BELOW_MM + STEP_MM * Math.min(below, MOST_STEPS),
    cut: Math.max(above, below) > MOST_STEPS,
  }
}

/** The sheet of four columns and a rhythm strip, or undefined when a standard lead is missing. */
function standardPieces(leads: readonly string[], seconds: number): Piece[] | undefined {
  const names = leads.map(lead => lead.toUpperCase())
  if (leads.length !== 12 || STANDARD.flat().some(name => !names.includes(name))) return undefined
  const quarter = seconds / 4
  const pieces = STANDARD.flatMap((inRow, row) =>
    inRow.map((name, i) => ({ lead: names.indexOf(name), row, fromS: i * quarter, toS: (i + 1) * quarter })),
  )
  return [...pieces, { lead: names.indexOf('II'), row: STANDARD.length, fromS: 0, toS: seconds }]
}

function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  return sorted.length ? sorted[sorted.length >> 1] : 0
}
