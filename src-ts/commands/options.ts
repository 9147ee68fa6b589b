import { InvalidArgumentError, Option } from 'commander'

/** Parses a whole number of at least `min` for commander. */
export function whole(min: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && Number.isSafeInteger(value)) return value
    throw new InvalidArgumentError(`It must be a whole number of at least ${min}.`)
  }
}

/** Parses a number in [min, max] for commander. */
export function within(min: number, max: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (text.trim() && value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`)
  }
}

/** --json, wherever a script may read. */
export const json = () => new Option('--json', 'print JSON on stdout')

/** Prints a result on stdout as JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}
