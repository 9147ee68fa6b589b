import Papa from 'papaparse'
import { closest, HolterError } from '../../errors.ts'
import { readText } from './read-file.ts'

/** Above this, text and rows together would take more memory than a label file may. */
const MAX_BYTES = 256 << 20

/** A row of a CSV file: the cells of the columns asked for, and where the row stands, for errors. */
export interface Row<Column extends string> {
  readonly where: string
  readonly cells: Readonly<Record<Column, string>>
}

/**
 * Returns the rows of a comma-separated file with a header line, reduced to `columns`. Cells may be quoted and then hold commas,
 * quotes and newlines (RFC 4180). A missing or doubled column, a row of another length and a broken quote are errors.
 */
export function readCsv<Column extends string>(path: string, columns: readonly Column[], hint: string): Row<Column>[] {
  const { data, errors } = Papa.parse<string[]>(readText(path, MAX_BYTES, hint), {
    delimiter: ',',
    skipEmptyLines: true,
  })
  const refuse = (where: string, problem: string, got?: string | number, expected?: string | number, advice = hint) =>
    new HolterError({ stage: 'ecg', where, problem, got, expected, hint: advice })
  if (errors.length > 0) {
    throw refuse(`${path} row ${(errors[0].row ?? 0) + 1}`, 'the table cannot be read', errors[0].message)
  }
  const [names, ...rows] = data
  if (!names) throw refuse(path, 'the table is empty')
  const places = columns.map(column => {
    const place = names.indexOf(column)
    if (place < 0) {
      const near = closest(column, names.filter(Boolean))
      const advice = near ? `Did you rename it to ${near}? ${hint}` : hint
      throw refuse(path, `the column ${column || 'without a name'} is missing`, undefined, undefined, advice)
    }
    if (names.includes(column, place + 1)) throw refuse(path, `the column ${column} comes twice`)
    return place
  })
  return rows.map((row, index) => {
    // Rows are counted as a spreadsheet does: the header is row 1, and a quoted newline begins no row.
    const where = `${path} row ${index + 2}`
    if (row.length !== names.length)
      throw refuse(where, 'the row has a wrong number of cells', row.length, names.length)
    const cells = Object.fromEntries(columns.map((column, i) => [column, row[places[i]].trim()])) as Record<
      Column,
      string
    >
    return { where, cells }
  })
}
