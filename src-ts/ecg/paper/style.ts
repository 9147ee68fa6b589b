import type { Random } from '../../random.ts'

/** How a sheet looks: whole numbers, so that a drawing is the same bytes on every machine. */
export interface Style {
  /** Grey levels, 0 (black) to 255 (white). */
  readonly paper: number
  readonly grid: number
  readonly ink: number
  /** Widths in 1/64 mm. */
  readonly gridWidth: number
  readonly inkWidth: number
  /** How large a millimetre is, in 1/1024. */
  readonly scale: number
  /** How far all is moved to the right and down, in 1/64 mm. */
  readonly right: number
  readonly down: number
}

/** What `holter plot --image` draws, and what networks are scored on. */
export const PLAIN: Style = {
  paper: 250,
  grid: 200,
  ink: 20,
  gridWidth: 20,
  inkWidth: 52,
  scale: 1024,
  right: 0,
  down: 0,
}

/**
 * Returns a random look for training, as another printer, pen or scanner would give: grey levels and widths, a scale of ± 3 %, and a shift of up to
 * 3 mm. Nothing is mirrored or turned, and one scale holds for time and voltage: an ECG stays one.
 */
export function drawStyle(stream: Random): Style {
  const between = (low: number, high: number) => low + stream.integer(high - low + 1)
  const paper = between(220, 255)
  const scale = between(994, 1054)
  return {
    paper,
    grid: paper - between(15, 80),
    ink: between(0, 80),
    gridWidth: between(12, 36),
    inkWidth: between(36, 76),
    scale,
    right: between(-192, 192),
    down: between(-192, 192),
  }
}
