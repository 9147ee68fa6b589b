import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { STATEMENTS, type TableRow, writePtbXl } from './ptb-xl-folder.ts'

const CODES = ['NORM', 'IMI', 'LVH', 'CLBBB', 'NDT']
const MORE = `CLBBB,complete left bundle branch block,1.0,,,CD
NDT,non-diagnostic T abnormalities,1.0,,,STTC
`

/** Writes PTB-XL's layout with records 1 to 40 of 20 patients, one label each, folds 1 and 9, and record 41 in fold 10. */
export function writeSmallPtbXl(dir: string): void {
  const rows = Array.from({ length: 41 }, (_, i): TableRow => {
    const patient = i >> 1
    const fold = i === 40 ? 10 : i < 28 ? 1 : 9
    return { id: i + 1, patient, fold, codes: `{'${CODES[patient % CODES.length]}': 100.0}` }
  })
  writePtbXl(dir, rows)
  writeFileSync(join(dir, 'scp_statements.csv'), STATEMENTS + MORE)
}
