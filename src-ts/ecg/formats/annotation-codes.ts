/**
 * The mnemonics of annotation codes, by code; a code without an entry has none of its own.
 * Source: annot(5) of the WFDB Applications Guide and wfdb/ecgcodes.h.
 */
export const STANDARD_SYMBOLS: readonly (string | undefined)[] = [
  ...[undefined, 'N', 'L', 'R', 'a', 'V', 'F', 'J', 'A', 'S'],
  ...['E', 'j', '/', 'Q', '~', undefined, '|', undefined, 's', 'T'],
  ...['*', 'D', '"', '=', 'p', 'B', '^', 't', '+', 'u'],
  ...['?', '!', '[', ']', 'e', 'n', '@', 'x', 'f', '('],
  ...[')', 'r'],
]

/** Codes that are words of the format instead of annotations, and the highest code that annotations can have. */
export const SKIP = 59
export const NUM = 60
export const SUB = 61
export const CHN = 62
export const AUX = 63
export const MAX_CODE = 49

export const NOTE = 22

/** MIT code of each letter of the AHA format; every other letter is 0, no beat. Source: macro ammap in lib/ecgmap.h of the WFDB library. */
export const AHA_CODES: ReadonlyMap<string, number> = new Map([
  ['N', 1],
  ['V', 5],
  ['F', 6],
  ['E', 10],
  ['P', 12],
  ['Q', 13],
  ['U', 14],
  ['O', 22],
  ['[', 32],
  [']', 33],
  ['R', 41],
])

/** Returns the code of a standard mnemonic, or undefined. */
export function codeOf(symbol: string): number | undefined {
  const code = STANDARD_SYMBOLS.indexOf(symbol)
  return code > 0 ? code : undefined
}
