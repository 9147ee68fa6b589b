import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import type { Problem } from '../errors.ts'
import type { Adc } from '../ir/input-map.ts'

/** Parses a whole number of at least `min`, and at most `max` if it is given, for commander. */
export function whole(min: number, max?: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER)) return value
    throw new InvalidArgumentError(
      `It must be a whole number ${max === undefined ? `of at least ${min}` : `from ${min} to ${max}`}.`,
    )
  }
}

/** Parses a seed for commander: 32 bits, since the generator uses no more. */
export const seed = whole(0, 2 ** 32 - 1)

/** Parses a number in [min, max] for commander. */
export function within(min: number, max: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (text.trim() && value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`)
  }
}

/** Parses GAIN,BASELINE for commander. */
export function adc(text: string): Adc {
  const [gain, baseline] = text.split(',').map(part => (part.trim() ? Number(part) : Number.NaN))
  if (gain > 0 && Number.isFinite(gain) && Number.isInteger(baseline) && text.split(',').length === 2)
    return { gain, baseline }
  throw new InvalidArgumentError('It must be a gain above 0 and a whole baseline, such as 200,1024.')
}

/** Parses distinct seeds, separated by commas, for commander. */
export function seeds(text: string): number[] {
  const values = text.split(',').map(part => seed(part.trim()))
  if (new Set(values).size === values.length) return values
  throw new InvalidArgumentError('Each seed may appear only once.')
}

/** Returns the options that a user gave to a command, as one types them, without those named (by their names in code). */
export function givenOptions(command: Command, without: readonly string[] = []): string[] {
  return command.options.flatMap(option => {
    const key = option.attributeName()
    if (without.includes(key) || command.getOptionValueSource(key) !== 'cli') return []
    const value: unknown = command.getOptionValue(key)
    if (option.negate) return value === false ? [option.long!] : []
    if (option.isBoolean()) return value === true ? [option.long!] : []
    return [value].flat().flatMap(part => [option.long!, String(part)])
  })
}

/** <model>, of commands that take integers only. */
export const modelArgument = () =>
  new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic, or name of a model that ships')

/** --ram, of commands that plan a module. */
export const ram = () =>
  new Option(
    '--ram <aim>',
    'min: the smallest arena; layers run in strips, whose inner tensors never exist whole',
  ).choices(['min'])

/** --json, wherever a script may read the output. */
export const json = () => new Option('--json', 'print JSON on stdout')

/** --no-checksum, where looking at a damaged record makes sense. */
export const noChecksum = () =>
  new Option('--no-checksum', 'accept records whose samples do not match the checksums in their headers')

/** Whether this command line asks for JSON; errors do so before its options are known. */
export const wantsJson = () => process.argv.includes('--json')

/** Prints a result on stdout as JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** What is printed for an error where JSON is wanted; `message` is the whole sentence, as it stands on stderr. */
export interface JsonError {
  readonly error: Partial<Problem> & { readonly message: string }
}

/** Prints an error on stdout as an object, if the command line asks for JSON: scripts get one object from every call. */
export function printJsonError(message: string, problem: Partial<Problem> = {}): void {
  const printed: JsonError = { error: { ...problem, message } }
  if (wantsJson()) printJson(printed)
}
