import Papa from 'papaparse'
import { closest, HolterError } from '../../errors.ts'
import { readFile } from '../../files.ts'
import { readNpy } from '../../npy.ts'
import { unitsPerMillivolt, VOLTAGES } from '../signal/voltage-units.ts'
import { type Declared, type Ecg, MAX_VALUES } from './ecg.ts'
import { readText } from './read-file.ts'

const MAX_TEXT_BYTES = 256 << 20
const DECLARE = 'Numbers alone do not say it: declare rate, units and leads (--rate, --units)'

/**
 * Returns the ECG in a CSV file: a column per lead, a row per sample, names in the first row or declared; commas, semicolons or tabs.
 * Declared leads choose columns by name, or name all columns of a file without a first row of names. An empty cell or NaN is NaN.
 */
export function readEcgCsv(path: string, declared: Declared): Ecg {
  return parseEcgCsv(readText(path, MAX_TEXT_BYTES, 'Check the path'), path, declared)
}

/** Returns the ECG that the text of a CSV file holds; `where` (the file) is named in errors, with row and column. */
export function parseEcgCsv(text: string, where: string, declared: Declared): Ecg {
  const { sampleRateHz, perMillivolt } = facts(where, declared)
  const { data, errors } = Papa.parse<string[]>(text, { skipEmptyLines: true, delimitersToGuess: [',', ';', '\t'] })
  const broken = errors.find(({ type }) => type !== 'Delimiter')
  if (broken) throw fail(`${where} row ${(broken.row ?? 0) + 1}`, 'the table cannot be read', broken.message)
  const named = data[0]?.some(cell => Number.isNaN(number(cell)) && cell.trim() && !/^nan$/i.test(cell.trim()))
  const names = named ? data[0].map(name => name.trim()) : undefined
  const rows = named ? data.slice(1) : data
  const leads = declared.leads ?? names
  if (!leads)
    throw fail(
      where,
      'the columns have no names',
      data[0]?.slice(0, 6).join(' ') ?? 'an empty file',
      undefined,
      DECLARE,
    )
  if (rows.length === 0) throw fail(where, 'the table holds no samples', 0)
  const columns = leads.map((lead, i) => (names ? column(names, lead, where) : i))
  const width = data[0].length
  if (!names && width !== leads.length) throw fail(where, 'not every column has a name', width, leads.length, DECLARE)
  if (rows.length * leads.length > MAX_VALUES) throw fail(where, 'the table is too long', rows.length)
  const signals = new Float64Array(rows.length * leads.length)
  for (const [i, row] of rows.entries()) {
    const place = `${where} row ${i + (named ? 2 : 1)}`
    if (row.length !== width) throw fail(place, 'the row has a wrong number of cells', row.length, width)
    for (const [k, at] of columns.entries()) {
      const cell = row[at].trim()
      const value = number(cell)
      if (Number.isNaN(value) && cell && !/^nan$/i.test(cell)) throw notNumber(`${place}, column ${leads[k]}`, cell)
      signals[i * leads.length + k] = value / perMillivolt
    }
  }
  const omitted = names?.filter(name => !leads.includes(name)) ?? []
  return {
    signals,
    samples: rows.length,
    leads,
    sampleRateHz,
    source: { path: where, format: 'csv', omitted, firstRow: named ? 2 : 1 },
  }
}

/** Returns the ECG in a .npy file of shape [samples] or [samples, leads]; leads without declared names are numbered. */
export function readEcgNpy(path: string, declared: Declared): Ecg {
  return parseEcgNpy(readFile(path, 'Check the path'), path, declared)
}

/** Returns the ECG that the bytes of a .npy file hold; `where` (the file) is named in errors. */
export function parseEcgNpy(bytes: Uint8Array, where: string, declared: Declared): Ecg {
  const { sampleRateHz, perMillivolt } = facts(where, declared)
  const { shape, data } = readNpy(bytes, where)
  const [samples = 0, count = 1] = shape
  if (shape.length < 1 || shape.length > 2 || samples * count === 0)
    throw fail(where, 'the array is no ECG', `shape (${shape.join(', ')})`, '[samples] or [samples, leads]')
  const leads = declared.leads ?? Array.from({ length: count }, (_, i) => `lead ${i + 1}`)
  if (leads.length !== count)
    throw fail(where, 'the array has another number of leads than were declared', count, leads.length)
  const signals = Float64Array.from(data, value => value / perMillivolt)
  return { signals, samples, leads, sampleRateHz, source: { path: where, format: 'npy', omitted: [] } }
}

/** Spreadsheets of many countries write a comma where programs read a point. */
function notNumber(where: string, cell: string): HolterError {
  const hint = /^[+-]?\d+,\d+$/.test(cell) ? 'Write decimal points, not commas' : undefined
  return fail(where, 'this is not a number', JSON.stringify(cell.slice(0, 40)), undefined, hint)
}

/** A number as programs write it, or NaN: no hexadecimal, no blanks inside. */
function number(cell: string): number {
  return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(cell) ? Number(cell) : Number.NaN
}

function facts(where: string, { sampleRateHz, units }: Declared) {
  if (!(sampleRateHz !== undefined && sampleRateHz > 0 && Number.isFinite(sampleRateHz)))
    throw fail(where, 'the sample rate is not known', `${sampleRateHz}`, 'a number of Hz', DECLARE)
  const perMillivolt = units === undefined ? undefined : unitsPerMillivolt(units)
  if (perMillivolt === undefined) throw fail(where, 'the units are not known', `${units}`, VOLTAGES.join(', '), DECLARE)
  return { sampleRateHz, perMillivolt }
}

function column(names: readonly string[], lead: string, where: string): number {
  const at = names.findIndex(name => name.toUpperCase() === lead.toUpperCase())
  if (at < 0) {
    const near = closest(lead, names)
    throw fail(
      where,
      `the column ${lead} is missing`,
      names.join(' ').slice(0, 100),
      undefined,
      near && `Is ${near} meant for it`,
    )
  }
  if (names.findIndex((name, i) => i > at && name.toUpperCase() === lead.toUpperCase()) >= 0)
    throw fail(where, `the column ${lead} comes twice`, names.join(' ').slice(0, 100))
  return at
}

function fail(
  where: string,
  problem: string,
  got: string | number,
  expected?: string | number,
  hint?: string,
): HolterError {
  return new HolterError({ stage: 'ecg', where, problem, got, expected, hint })
}
