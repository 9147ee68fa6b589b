import { HolterError } from '../../errors.ts'
import { readFile } from '../../files.ts'
import { AUX, CHN, NOTE, NUM, SKIP, STANDARD_SYMBOLS, SUB } from './annotation-codes.ts'

/** One annotation of a record. */
export interface Annotation {
  /** Sample (frame) number from the record's start. */
  readonly sample: number
  /** 1 … 49 in the MIT format. */
  readonly code: number
  /** The code's mnemonic: the file's own definition, else the standard one, else `[code]`. */
  readonly symbol: string
  /** −128 … 127 */
  readonly subtype: number
  /** 0 … 255 */
  readonly channel: number
  /** −128 … 127 */
  readonly number: number
  /** Text, one character per byte (Latin-1); '' if there is none. MIT-BIH ends its rhythm labels with a NUL, kept here. */
  readonly aux: string
}

/** An annotation code that a file defines for itself. */
export interface CodeDefinition {
  readonly code: number
  readonly symbol: string
  readonly description: string
}

export interface Annotations {
  /** In the order of the file. */
  readonly list: readonly Annotation[]
  /** The file's own time resolution, or undefined where the record's sample rate holds. */
  readonly resolutionHz: number | undefined
  readonly definitions: readonly CodeDefinition[]
}

/** Two days at 1 kHz with an annotation on every fourth sample stay below; nothing is read beyond. */
const MAX_BYTES = 256 << 20
/** Sample numbers beyond this come from damaged SKIP words: a year at 10 kHz is less. */
const MAX_SAMPLE = 2 ** 40

export const RESOLUTION = '## time resolution: '
export const DEFINITIONS = '## annotation type definitions'
export const END_OF_DEFINITIONS = '## end of definitions'

const CUT = 'Fetch the file again: it is cut off or damaged'

/** Returns the annotations in a file of the MIT format, whatever its extension. Errors name file and byte. */
export function readAnnotations(path: string): Annotations {
  return parseAnnotations(readFile(path, 'Check record name and extension'), path)
}

/**
 * Returns the annotations that `bytes` hold; `where` (the file) is named in errors. Channel and number hold until they change, subtype
 * and text are each annotation's own. Notes at sample 0 that define codes or the time resolution are taken out of the list.
 * A file without its end mark, or with more than zeros behind it, is an error. Source: annot(5) of the WFDB Applications Guide.
 */
export function parseAnnotations(bytes: Uint8Array, where: string): Annotations {
  const fail = (byte: number, problem: string, got?: string | number, expected?: string | number) =>
    new HolterError({ stage: 'ecg', where: `${where}, byte ${byte}`, problem, got, expected, hint: CUT })
  if (bytes.length > MAX_BYTES) throw fail(0, 'the file is too large for annotations', bytes.length, MAX_BYTES)
  const found: Mutable[] = []
  let [at, sample, channel, number] = [0, 0, 0, 0]
  const word = () => {
    if (at + 2 > bytes.length) throw fail(at, 'the annotations end without their end mark')
    at += 2
    return bytes[at - 2] | (bytes[at - 1] << 8)
  }
  for (;;) {
    const start = at
    const first = word()
    if (first === 0) break
    const [code, value] = [first >> 10, first & 1023]
    const last = found.at(-1)
    if (code === SKIP) {
      sample += (word() << 16) | word()
    } else if (code < SKIP) {
      sample += value
      const sane = sample <= MAX_SAMPLE && (sample >= 0 || code === 0)
      if (!sane) throw fail(start, 'an annotation lies outside every record', sample, `0 to ${MAX_SAMPLE}`)
      found.push({ sample, code, subtype: 0, channel, number, aux: '' })
    } else if (!last) {
      throw fail(start, 'a file of annotations cannot begin with this word', `code ${code}`, 'an annotation')
    } else if (code === NUM) {
      last.number = number = ((value & 255) << 24) >> 24
    } else if (code === SUB) {
      last.subtype = ((value & 255) << 24) >> 24
    } else if (code === CHN) {
      last.channel = channel = value & 255
    } else if (code === AUX) {
      const length = value & 255
      if (at + length > bytes.length)
        throw fail(start, 'the text of an annotation is cut off', bytes.length - at, length)
      last.aux = Buffer.from(bytes.subarray(at, at + length)).toString('latin1')
      at += length + (length & 1)
    }
  }
  const rest = bytes.subarray(at).findIndex(byte => byte !== 0)
  if (rest >= 0) throw fail(at + rest, 'there are bytes behind the end mark of the annotations')
  return interpret(found, where)
}

type Mutable = { -readonly [K in keyof Omit<Annotation, 'symbol'>]: Annotation[K] }

/** Takes definitions out of the annotations that were found, and gives the others their mnemonics. */
function interpret(found: readonly Mutable[], where: string): Annotations {
  const definitions: CodeDefinition[] = []
  let resolutionHz: number | undefined
  let defining = false
  const others = found.filter(({ sample, code, aux }) => {
    const text = aux.replace(/\0+$/, '')
    const note = code === NOTE && sample === 0
    if (note && defining && text !== END_OF_DEFINITIONS) {
      const [, ownCode, symbol, description] = /^(\d{1,2}) (\S+) (.+)$/.exec(text) ?? []
      if (ownCode === undefined) {
        const expected = 'code, mnemonic and description'
        const got = JSON.stringify(text.slice(0, 40))
        throw new HolterError({
          stage: 'ecg',
          where,
          problem: 'the definition of a code cannot be read',
          got,
          expected,
        })
      }
      definitions.push({ code: Number(ownCode), symbol, description })
      return false
    }
    if (note && text === DEFINITIONS) defining = true
    else if (note && text === END_OF_DEFINITIONS) defining = false
    else if (note && text.startsWith(RESOLUTION)) resolutionHz = Number.parseFloat(text.slice(RESOLUTION.length))
    // Code 0 marks nothing: it bridges an interval or closes the definitions.
    else return code !== 0
    return false
  })
  if (resolutionHz !== undefined && !(resolutionHz > 0)) {
    const problem = 'the time resolution of the annotations is no rate'
    throw new HolterError({ stage: 'ecg', where, problem, got: resolutionHz, expected: 'more than 0 Hz' })
  }
  const symbols = [...STANDARD_SYMBOLS]
  for (const { code, symbol } of definitions) symbols[code] = symbol
  const list = others.map(annotation => ({ ...annotation, symbol: symbols[annotation.code] ?? `[${annotation.code}]` }))
  return { list, resolutionHz, definitions }
}
