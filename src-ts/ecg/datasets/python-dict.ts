import { HolterError } from '../../errors.ts'

const STRING = /'((?:[^'\\\n]|\\['\\])*)'|"((?:[^"\\\n]|\\["\\])*)"/y
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y

/** Longer cells are no list of statements; the longest of PTB-XL has some 200 characters. */
const MAX_LENGTH = 10_000

/**
 * Returns the entries of a Python dict literal whose keys are strings and whose values are numbers, such as
 * `{'NORM': 100.0, 'SR': 0.0}`: the form of PTB-XL's column `scp_codes`. It is parsed, never evaluated.
 * Anything else, a key that comes twice included, is an error at `where` that names the position.
 */
export function parsePythonDict(text: string, where: string): Map<string, number> {
  const entries = new Map<string, number>()
  let at = 0
  function fail(expected: string): never {
    throw new HolterError({
      stage: 'ecg',
      where,
      problem: `character ${at + 1} of a Python dict cannot be read`,
      got: JSON.stringify(text.slice(at, at + 20)),
      expected,
      hint: "The column has the form {'NORM': 100.0, 'SR': 0.0}",
    })
  }
  const skipSpaces = () => {
    while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at++
  }
  const take = (character: string) => {
    skipSpaces()
    if (text[at] !== character) return false
    at++
    return true
  }
  const token = (pattern: RegExp, expected: string): RegExpExecArray => {
    skipSpaces()
    pattern.lastIndex = at
    const found = pattern.exec(text) ?? fail(expected)
    at += found[0].length
    return found
  }
  if (text.length > MAX_LENGTH) fail(`at most ${MAX_LENGTH} characters`)
  if (!take('{')) fail('{')
  while (!take('}')) {
    const [, single, double] = token(STRING, 'a quoted key or }')
    const key = (single ?? double).replace(/\\(.)/g, '$1')
    if (!take(':')) fail(':')
    const value = Number(token(NUMBER, 'a number')[0])
    if (entries.has(key)) fail(`${key} once`)
    entries.set(key, value)
    if (!take(',')) {
      if (!take('}')) fail(', or }')
      break
    }
  }
  skipSpaces()
  if (at < text.length) fail('the end')
  return entries
}
