import * as v from 'valibot'
import { closest, HolterError } from '../../errors.ts'
import { flagOf } from '../../train/check-run.ts'

/** A name with options, as one types it: 'prune --sparsity 0.5'. */
export interface Line {
  readonly text: string
  readonly name: string
  /** Values by the options' names in code: '--weight-bits 7' is { weightBits: '7' }; '' of one without, a list of one that is repeated. */
  readonly given: Readonly<Record<string, string | readonly string[]>>
}

/** Takes a line apart. Throws HolterError when it is not a name with options. */
export function parseLine(text: string): Line {
  const [name = '', ...words] = text.split(/\s+/).filter(Boolean)
  const given: Record<string, string | readonly string[]> = {}
  for (let i = 0; i < words.length; ) {
    const flag = words[i++]
    if (!/^--[a-z]/.test(flag))
      throw refused(text, 'it must be a name with options and their values', words.slice(i - 1).join(' '))
    const value = i < words.length && !words[i].startsWith('--') ? words[i++] : ''
    const key = flag.slice(2).replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    given[key] = key in given ? [given[key], value].flat() : value
  }
  return { text, name, given }
}

/** What options may be: an object of entries that take text, or lists of texts. */
export type OptionsSchema = v.ObjectSchema<v.ObjectEntries, undefined>

/** Returns the options of a line as numbers and names. Throws HolterError that names an unknown option or a wrong value. */
export function optionsOf<S extends OptionsSchema>(schema: S, { text, given }: Line): v.InferOutput<S> {
  const known = Object.keys(schema.entries)
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue
    const near = closest(key, known)
    const hint = near ? `Did you mean ${flagOf(near)}?` : undefined
    throw refused(text, `no such option: ${flagOf(key)}`, undefined, known.map(flagOf).join(', ') || 'none', hint)
  }
  const { success, output, issues } = v.safeParse(schema, given)
  if (success) return output
  const [{ path, message }] = issues
  const key = `${path?.[0].key}`
  throw refused(text, `${flagOf(key)} does not fit: ${message}`, [given[key]].flat().join(', '))
}

/** A number from `min` to `max`, in text. */
export const numberOption = (min: number, max: number) =>
  v.pipe(v.string(), v.trim(), v.nonEmpty(), v.transform(Number), v.number(), v.minValue(min), v.maxValue(max))

/** A whole number from `min` to `max`, in text. */
export const wholeOption = (min: number, max: number) => v.pipe(numberOption(min, max), v.integer())

/** An option without a value. */
export const flagOption = v.pipe(
  v.literal('', 'it takes no value'),
  v.transform(() => true),
)

/** An option that may be repeated; all its values are a list of what `one` makes of them. */
export const listOption = <O>(one: v.GenericSchema<string, O>) =>
  v.pipe(
    v.union([v.string(), v.array(v.string())]),
    v.transform(values => [values].flat()),
    v.array(one),
  )

function refused(where: string, problem: string, got?: string, expected?: string, hint?: string): HolterError {
  return new HolterError({ stage: 'usage', where: `"${where}"`, problem, got, expected, hint })
}
