/** Where the leads of a record stand on a sheet of ECG paper; all lengths are in millimetres from its upper left corner. */

/** The sheet: ten seconds, a calibration pulse before them, four rows. At one pixel a millimetre it is the picture that networks see. */
export const SHEET = { width: 256, height: 182 } as const
export const MM_PER_S = 25
export const MM_PER_MV = 10
/** What fits on the sheet, in seconds. */
export const SHEET_SECONDS = 10
/** Distance of the grid's lines. */
export const GRID_MM = 5

/** Three rows of four leads, each its quarter of the time. */
export const STANDARD_ROWS = [
  ['I', 'AVR', 'V1', 'V4'],
  ['II', 'AVL', 'V2', 'V5'],
  ['III', 'AVF', 'V3', 'V6'],
] as const
/** The lead below them, over all of the time. */
export const RHYTHM_LEAD = 'II'

/** Where 0 mV lies in each row: on a line of the grid, with more room above it, where R waves go. */
export const ZERO_MM = [25, 70, 115, 160] as const
/** Where the traces begin: behind the pulse of 1 mV and .2 s that tells the scale. */
export const FIRST_MM = 6

/** A stretch of a lead in a row. */
export interface Stretch {
  /** In upper case. */
  readonly lead: string
  readonly row: number
  readonly fromS: number
  readonly toS: number
}

/** The stretches of a sheet: the usual one of twelve leads. */
export const STRETCHES: readonly Stretch[] = [
  ...STANDARD_ROWS.flatMap((leads, row) => {
    const share = SHEET_SECONDS / leads.length
    return leads.map((lead, i) => ({ lead, row, fromS: i * share, toS: (i + 1) * share }))
  }),
  { lead: RHYTHM_LEAD, row: STANDARD_ROWS.length, fromS: 0, toS: SHEET_SECONDS },
]
