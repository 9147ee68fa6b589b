import { HolterError } from '../../errors.ts'
import { writeFile } from '../../files.ts'
import { AUX, CHN, codeOf, MAX_CODE, NOTE, NUM, SKIP, SUB } from './annotation-codes.ts'
import {
  type Annotation,
  type CodeDefinition,
  DEFINITIONS,
  END_OF_DEFINITIONS,
  RESOLUTION,
} from './wfdb-annotations.ts'

/** What an annotation to be written must say; the rest is 0 or ''. A code may be given by its mnemonic alone. */
export type AnnotationToWrite = Pick<Annotation, 'sample'> & Partial<Annotation>

export interface WriteOptions {
  readonly resolutionHz?: number
  readonly definitions?: readonly CodeDefinition[]
}

/** Writes annotations in the MIT format; the file appears whole or not at all. */
export function writeAnnotations(path: string, list: readonly AnnotationToWrite[], options: WriteOptions = {}): void {
  writeFile(path, encodeAnnotations(list, path, options))
}

/**
 * Returns the bytes of a file of annotations in the MIT format, sorted by sample and then channel as programs that read such files
 * expect it. Values that the format cannot hold are an error at `where`.
 */
export function encodeAnnotations(
  list: readonly AnnotationToWrite[],
  where: string,
  { resolutionHz, definitions = [] }: WriteOptions = {},
): Uint8Array {
  const words: number[] = []
  let [sample, channel, number] = [0, 0, 0]
  const put = (code: number, value: number) => words.push((code << 10) | value)
  const text = (aux: string) => {
    put(AUX, aux.length)
    const bytes = Buffer.from(`${aux}\0`, 'latin1')
    for (let i = 0; i < aux.length; i += 2) words.push(bytes[i] | (bytes[i + 1] << 8))
  }
  const note = (aux: string) => {
    check(where, 0, 'text', aux.length, 0, 255)
    put(NOTE, 0)
    text(aux)
  }
  if (resolutionHz !== undefined) note(`${RESOLUTION}${resolutionHz}`)
  if (definitions.length > 0) {
    note(DEFINITIONS)
    for (const { code, symbol, description } of definitions) {
      check(where, 0, 'code', code, 1, MAX_CODE)
      note(`${code} ${symbol} ${description}`)
    }
    note(END_OF_DEFINITIONS)
  }
  const order = list.slice().sort((a, b) => a.sample - b.sample || (a.channel ?? 0) - (b.channel ?? 0))
  for (const annotation of order) {
    const { subtype = 0, aux = '' } = annotation
    const code = annotation.code ?? codeFor(annotation.symbol, definitions)
    check(where, annotation.sample, 'code', code, 1, MAX_CODE)
    check(where, annotation.sample, 'sample', annotation.sample, 0, Number.MAX_SAFE_INTEGER)
    check(where, annotation.sample, 'subtype', subtype, -128, 127)
    check(where, annotation.sample, 'channel', annotation.channel ?? 0, 0, 255)
    check(where, annotation.sample, 'number', annotation.number ?? 0, -128, 127)
    check(where, annotation.sample, 'text length', aux.length, 0, 255)
    if (/[^\0-\xff]/.test(aux)) throw unfit(where, annotation.sample, 'text', JSON.stringify(aux), 'Latin-1')
    let interval = annotation.sample - sample
    while (interval > 1023) {
      const skip = Math.min(interval, 0x7fffffff)
      put(SKIP, 0)
      words.push((skip >>> 16) & 0xffff, skip & 0xffff)
      interval -= skip
    }
    put(code, interval)
    if (subtype !== 0) put(SUB, subtype & 255)
    if ((annotation.channel ?? 0) !== channel) put(CHN, annotation.channel ?? 0)
    if ((annotation.number ?? 0) !== number) put(NUM, (annotation.number ?? 0) & 255)
    if (aux) text(aux)
    sample = annotation.sample
    channel = annotation.channel ?? 0
    number = annotation.number ?? 0
  }
  words.push(0)
  const bytes = new Uint8Array(2 * words.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < words.length; i++) view.setUint16(2 * i, words[i], true)
  return bytes
}

function codeFor(symbol: string | undefined, definitions: readonly CodeDefinition[]): number {
  if (symbol === undefined) return Number.NaN
  return definitions.find(own => own.symbol === symbol)?.code ?? codeOf(symbol) ?? Number.NaN
}

function check(where: string, sample: number, name: string, value: number, min: number, max: number): void {
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw unfit(where, sample, name, value, `a whole number from ${min} to ${max}`)
  }
}

function unfit(where: string, sample: number, name: string, got: string | number, expected: string): HolterError {
  const problem = `the ${name} of an annotation does not fit the format`
  return new HolterError({ stage: 'ecg', where: `${where}, annotation at sample ${sample}`, problem, got, expected })
}
