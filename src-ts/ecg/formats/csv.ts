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
 * Returns the rows of a file of cells with a header line, reduced to `columns`; `optional` ones that are not there are empty. Cells stand
 * between commas or, as the header line shows, semicolons or tabs; they may be quoted and then hold these, quotes and newlines (RFC 4180).
 * A missing or doubled column, a row of another length and a broken quote are errors.
 */
export function readCsv<Column extends string>(
  path: string,
  columns: readonly Column[],
  hint: string,
  optional: readonly Column[] = [],
): Row<Column>[] {
  const text = readText(path, MAX_BYTES, hint)
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: separatorOf(text), skipEmptyLines: true })
  const refuse = (where: string, problem: string, got?: string | number, expected?: string | number, advice = hint) =>
    new HolterError({ stage: 'ecg', where, problem, got, expected, hint: advice })
  if (errors.length > 0) {
    throw refuse(`${path} row ${(errors[0].row ?? 0) + 1}`, 'the table cannot be read', errors[0].message)
  }
  const [names, ...rows] = data
  if (!names) throw refuse(path, 'the table is empty')
  const places = columns.map(column => {
    const place = names.findIndex(name => name.trim() === column)
    if (place < 0 && optional.includes(column)) return place
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
    const cells = Object.fromEntries(
      columns.map((column, i) => [column, places[i] < 0 ? '' : row[places[i]].trim()]),
    ) as Record<Column, string>
    return { where, cells }
  })
}

/** The separator of the header line: names of columns hold none of the others. */
function separatorOf(text: string): string {
  const [header] = text.trimStart().split('\n', 1)
  const separators = [',', ';', '\t'].map(separator => ({ separator, count: header.split(separator).length }))
  return separators.sort((a, b) => b.count - a.count)[0].separator
}
