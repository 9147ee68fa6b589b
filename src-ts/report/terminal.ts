import { stripVTControlCharacters } from 'node:util'

const WIDTH = 80
const GAP = '  '
/** A column that must give way keeps at least this much. */
const NARROWEST = 12
const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39] } as const

/** Returns the text in a style when stdout is a terminal and NO_COLOR (no-color.org) is not set; otherwise as it is. */
export function paint(style: keyof typeof CODES, text: string): string {
  if (!process.stdout.isTTY || process.env.NO_COLOR) return text
  const [on, off] = CODES[style]
  return `\x1b[${on}m${text}\x1b[${off}m`
}

/**
 * Returns a table of aligned columns, at most `width` characters wide: columns that hold numbers stand right, all others left,
 * and if there is too little room the widest text column breaks its lines between words.
 */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], width = WIDTH): string {
  const right = heads.map((_, i) => rows.length > 0 && rows.every(row => isNumber(row[i])))
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map(row => visible(row[i]))))
  const tooWide = widths.reduce((sum, w) => sum + w + GAP.length, -GAP.length) - width
  const widest = widths.reduce((best, w, i) => (!right[i] && (best < 0 || w > widths[best]) ? i : best), -1)
  if (tooWide > 0 && widest >= 0)
    widths[widest] = Math.max(Math.min(NARROWEST, widths[widest]), widths[widest] - tooWide)

  const blank = (i: number, cell: string) => ' '.repeat(Math.max(0, widths[i] - visible(cell)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (right[i] ? blank(i, cell) + cell : cell + blank(i, cell)))
      .join(GAP)
      .trimEnd()
  const lines = (row: readonly string[]) => {
    const broken = row.map((cell, i) => wrap(cell, widths[i]))
    const height = Math.max(...broken.map(parts => parts.length))
    return Array.from({ length: height }, (_, k) => line(broken.map(parts => parts[k] ?? '')))
  }
  return [
    ...lines(heads).map(text => paint('bold', text)),
    paint('dim', widths.map(w => '─'.repeat(w)).join(GAP)),
    ...rows.flatMap(lines),
  ].join('\n')
}

/** Returns names with their values below each other; long values break between words. */
export function facts(entries: readonly (readonly [name: string, value: string])[], width = WIDTH): string {
  const left = Math.max(...entries.map(([name]) => name.length)) + GAP.length
  return entries
    .map(([name, value]) => paint('dim', name.padEnd(left)) + wrap(value, width - left).join(`\n${' '.repeat(left)}`))
    .join('\n')
}

/** Returns the end of a name that is longer than `width`: converters join names until they are longer than a line, and the end says most. */
export function shortened(name: string, width: number): string {
  const printable = name.replace(/\p{Cc}/gu, '·')
  return printable.length > width ? `…${printable.slice(1 - width)}` : printable
}

/** Returns a line that stands over a part of the output. */
export function heading(text: string): string {
  return paint('bold', `${text}\n${'═'.repeat(text.length)}`)
}

/** 1,234, −0.5, 12.3 KB, 4 %, 83 ×, a dash or nothing: what reads best when its right ends stand below each other. */
function isNumber(cell: string): boolean {
  return /^([+−-]?[\d.,]+( ?([KM]?B|[kMG%×]|s|[mµn]s))?|–|)$/.test(cell)
}

/** Length without the codes of `paint`. */
function visible(text: string): number {
  return stripVTControlCharacters(text).length
}

/** Lines of at most `width` characters, broken between words; a longer word is cut. Painted text must fit. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let rest = text
  while (visible(rest) > width) {
    const space = rest.lastIndexOf(' ', width)
    const end = space > 0 ? space : width
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...lines, rest]
}
