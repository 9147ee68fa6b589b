import type { TableRow } from './ptb-xl-folder.ts'
import { writePtbXl } from './ptb-xl-folder.ts'

const CODES = ["{'NORM': 100.0}", "{'IMI': 100.0}", "{'LVH': 50.0}", "{'IMI': 100.0, 'LVH': 50.0}"]

/** Writes PTB-XL's layout with 32 labelled records of 16 patients in folds 1 and 9, and one in fold 10; only three of five labels occur. */
export function writeSmallPtbXl(dir: string): void {
  const rows = Array.from(
    { length: 33 },
    (_, i): TableRow => ({
      id: i + 1,
      patient: 1 + (i >> 1),
      fold: i === 32 ? 10 : i < 24 ? 1 : 9,
      codes: CODES[(i >> 1) % CODES.length],
    }),
  )
  writePtbXl(dir, rows)
}
