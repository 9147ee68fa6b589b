import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { unitsPerMillivolt } from '../../ecg/signal/voltage-units.ts'
import { HolterError } from '../../errors.ts'
import { MISSING } from '../lead.ts'
import { microvolt } from './file-source.ts'
import type { Block, Source } from './source.ts'

export interface LineOptions {
  readonly sampleRateHz?: number
  readonly units?: string
  /** Names of the columns; default those of the first line, if it holds names. */
  readonly leads?: readonly string[]
}

/** Lines that go on together. */
const LINES = 64
/** A line that is longer than this is no row of samples. */
const LONGEST = 10_000

/**
 * Opens rows of numbers that come line by line: a column for each lead, commas, semicolons, tabs or blanks between; an empty field or
 * `nan` is a missing sample. Throws HolterError where the rate is not said, or there is no row.
 */
export async function lineSource(input: Readable, where: string, options: LineOptions): Promise<Source> {
  const { sampleRateHz, units = 'mV' } = options
  const fail = (problem: string, rest: { got?: string; expected?: string; hint?: string } = {}) =>
    new HolterError({ stage: 'ecg', where, problem, ...rest })
  if (sampleRateHz === undefined) throw fail('the sample rate is not known', { hint: 'Give --rate in Hz' })
  const scale = unitsPerMillivolt(units)
  if (scale === undefined) throw fail('the unit is no voltage', { got: units, expected: 'mV, uV, V or nV' })
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  const first = await nextLine(lines)
  if (first === undefined) throw fail('there is no line', { expected: 'rows of numbers, a column for each lead' })
  const fields = split(first)
  const named = fields.some(field => /[a-z]/i.test(field) && !isMissing(field))
  const leads = options.leads ?? (named ? fields : fields.map((_, i) => `lead ${i + 1}`))
  if (leads.length !== fields.length)
    throw fail('the first line has another number of columns', { got: `${fields.length}`, expected: `${leads.length}` })
  const row = (line: string, number: number): number[] => {
    const parts = line.length > LONGEST ? [] : split(line)
    if (parts.length !== leads.length)
      throw fail(`line ${number} has another number of columns`, {
        got: `${parts.length}`,
        expected: `${leads.length}`,
      })
    return parts.map(part => {
      if (isMissing(part)) return MISSING
      const value = Number(part)
      if (Number.isNaN(value))
        throw fail(`line ${number} holds something that is no number`, { got: part.slice(0, 20) })
      return microvolt(value / scale)
    })
  }
  return {
    name: 'stdin',
    leads,
    sampleRateHz,
    seconds: undefined,
    live: true,
    async *blocks(signal): AsyncGenerator<Block> {
      let waiting: number[] = named ? [] : row(first, 1)
      for (let number = 2; !signal?.aborted; number++) {
        const line = await nextLine(lines)
        if (line === undefined) break
        waiting.push(...row(line, number))
        if (waiting.length < LINES * leads.length) continue
        yield { kind: 'frames', frames: Int32Array.from(waiting) }
        waiting = []
      }
      if (waiting.length > 0) yield { kind: 'frames', frames: Int32Array.from(waiting) }
    },
  }
}

async function nextLine(lines: AsyncIterator<string>): Promise<string | undefined> {
  for (;;) {
    const { done, value } = await lines.next()
    if (done) return undefined
    if (value.trim() && !value.startsWith('#')) return value
  }
}

function split(line: string): string[] {
  const text = line.trim()
  return text.split(/[,;\t]/.test(text) ? /\s*[,;\t]\s*/ : /\s+/)
}

function isMissing(field: string): boolean {
  return field === '' || /^nan$/i.test(field)
}
