/** The five classes of ANSI/AAMI EC57, in the order of every table and label list. */
export const BEAT_CLASSES = ['N', 'S', 'V', 'F', 'Q'] as const
export type BeatClass = (typeof BEAT_CLASSES)[number]

/**
 * How annotation codes become classes:
 * - `ml`: de Chazal, O'Dwyer and Reilly, IEEE Trans. Biomed. Eng. 51(7), 2004; what papers on learning use. Escape beats are N.
 * - `ec57`: ANSI/AAMI EC57 as the program bxb of the WFDB tools applies it. Escape beats are S.
 */
export type Convention = 'ml' | 'ec57'
export const conventions: readonly Convention[] = ['ml', 'ec57']

/** Mnemonics of each class. What is in no row marks no beat. */
export const CLASS_SYMBOLS: Readonly<Record<Convention, Readonly<Record<BeatClass, string>>>> = {
  ml: { N: 'NLRej', S: 'AaJS', V: 'VE', F: 'F', Q: '/fQ' },
  ec57: { N: 'NLRB', S: 'AaJSjen', V: 'VrE', F: 'F', Q: '/fQ?' },
}

/** Returns the class (index into BEAT_CLASSES) of a mnemonic, or undefined if it marks no beat. */
export function beatClass(symbol: string, convention: Convention): number | undefined {
  const found = BEAT_CLASSES.findIndex(name => CLASS_SYMBOLS[convention][name].includes(symbol))
  return found < 0 || symbol.length !== 1 ? undefined : found
}
