import type { Arena, Layout } from '../plan/arena.ts'
import type { Buffer } from '../plan/buffers.ts'
import type { NetworkPlan } from '../plan/plan.ts'
import { count, share } from './numbers.ts'
import { facts, shortened, table } from './terminal.ts'

type Planned = Pick<NetworkPlan, 'buffers' | 'arena'>

/** Lines of a picture, for the larger arena; and its columns, where a network has more steps than this. */
const ROWS = 20
const COLUMNS = 64
/** Characters of a line, and between two pictures that stand beside each other. */
const WIDTH = 80
const GAP = 4
const FREE = '·'
const SIGNS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789']

/** Returns the bytes of an arena, what is known of smaller ones, and the bytes of greedy planning where they are more. */
export function arenaFigure({ bytes, lowerBoundBytes, optimal, greedy }: Arena): string {
  const known = optimal ? 'the least possible' : `lower bound ${count(lowerBoundBytes)} B`
  const more = greedy.bytes - bytes
  const loss = more > 0 ? `; greedy by size ${count(greedy.bytes)} B, ${share(more, bytes)} more` : ''
  return `${count(bytes)} B, ${known}${loss}`
}

/** Returns which nodes run in strips, and what the arena would be without. */
export function stripsFigure({ strips, arena, wholeArenaBytes = arena.bytes }: NetworkPlan): string {
  if (!strips.length) return 'none: no run of layers takes less memory in strips'
  const runs = strips.map(({ first, last, begin, end }) =>
    first === last ? `node ${first} in ${end - begin}` : `nodes ${first} to ${last} in ${end - begin}`,
  )
  return `${runs.join(', ')}; without them the arena takes ${count(wholeArenaBytes)} B`
}

/** Returns an arena as plain data for `--json`: both layouts, all in bytes; lifetimes are indices of nodes, inputs start at −1. */
export function arenaData({ buffers, arena }: Planned) {
  const { bytes, lowerBoundBytes, optimal, greedy } = arena
  return {
    bytes,
    lowerBoundBytes,
    optimal,
    greedyBytes: greedy.bytes,
    buffers: buffers.map((buffer, i) => ({ ...buffer, offset: arena.offsets[i], greedyOffset: greedy.offsets[i] })),
  }
}

/**
 * Returns an arena as text of at most 80 columns: its bytes, a picture, and what the letters stand for. A column is a step, from the
 * inputs on (several steps where there are many), a line some bytes, the highest first; buffers too small for a line are left out. Where
 * greedy by size takes more, its picture stands beside the other or below it, in the same scale and with the same letters.
 */
export function arenaText({ buffers, arena }: Planned): string {
  const layouts: [title: string, layout: Layout][] = [[`arena, ${count(arena.bytes)} B`, arena]]
  if (arena.greedy.bytes > arena.bytes) {
    layouts.push([`greedy by size, ${count(arena.greedy.bytes)} B`, arena.greedy])
  }
  const scale = scaleOf(buffers, Math.max(...layouts.map(([, { bytes }]) => bytes)))
  const cells = layouts.map(([, layout]) => cellsOf(buffers, layout, scale))
  const seen = new Set(cells.flat(2))
  const shown = [...buffers.keys()]
    .filter(i => seen.has(i))
    .sort((a, b) => buffers[a].first - buffers[b].first || a - b)
  const signs = new Map(shown.map((buffer, i) => [buffer, SIGNS[i % SIGNS.length]]))
  const axis = count(Math.max(...cells.map(rows => rows.length - 1)) * scale.bytes).length
  const pictures = layouts.map(([title], i) => [title, ...linesOf(cells[i], scale, signs, axis)])
  const steps = scale.steps > 1 ? `a column ${scale.steps} nodes` : 'a column a node, the inputs first'
  const lives = ({ first, last }: Buffer) => (first === last ? `${first}` : `${first} to ${last}`)
  return [
    facts([
      ['arena', arenaFigure(arena)],
      ['scale', `a line ${count(scale.bytes)} B, ${steps}`],
    ]),
    beside(pictures),
    table(
      ['', 'bytes', 'nodes', 'buffer'],
      shown.map(i => [signs.get(i)!, count(buffers[i].bytes), lives(buffers[i]), shortened(buffers[i].name, 44)]),
    ),
  ].join('\n\n')
}

/** Bytes of a line and steps of a column. */
interface Scale {
  readonly bytes: number
  readonly steps: number
}

function scaleOf(buffers: readonly Buffer[], bytes: number): Scale {
  const steps = Math.max(...buffers.map(b => b.last)) + 2
  return { bytes: 16 * Math.max(1, Math.ceil(bytes / ROWS / 16)), steps: Math.ceil(steps / COLUMNS) }
}

/** Of each line, the highest first, and each column: the buffer in the middle of the line at the column's first step; −1 for none. */
function cellsOf(buffers: readonly Buffer[], { offsets, bytes }: Layout, scale: Scale): number[][] {
  const rows = Math.max(1, Math.round(bytes / scale.bytes))
  const columns = Math.ceil((Math.max(...buffers.map(b => b.last)) + 2) / scale.steps)
  const at = (address: number, step: number) =>
    buffers.findIndex(
      (b, i) => b.first <= step && step <= b.last && offsets[i] <= address && address < offsets[i] + b.bytes,
    )
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => at((rows - row - 0.5) * scale.bytes, column * scale.steps - 1)),
  )
}

/** Lines of a picture, each with its lowest address in `axis` characters before it. */
function linesOf(
  cells: readonly (readonly number[])[],
  scale: Scale,
  signs: ReadonlyMap<number, string>,
  axis: number,
): string[] {
  return cells.map((row, k) => {
    const address = count((cells.length - 1 - k) * scale.bytes).padStart(axis)
    return `${address} ${row.map(buffer => signs.get(buffer) ?? FREE).join('')}`
  })
}

/** Puts pictures beside each other on one ground if there is room, else below each other. */
function beside(pictures: readonly (readonly string[])[]): string {
  const widths = pictures.map(lines => Math.max(...lines.map(line => line.length)))
  if (widths.reduce((sum, width) => sum + width + GAP, -GAP) > WIDTH) {
    return pictures.map(lines => lines.join('\n')).join('\n\n')
  }
  const height = Math.max(...pictures.map(lines => lines.length))
  const grounded = pictures.map(lines => [...Array<string>(height - lines.length).fill(''), ...lines])
  return Array.from({ length: height }, (_, row) =>
    grounded
      .map((lines, i) => lines[row].padEnd(widths[i] + GAP))
      .join('')
      .trimEnd(),
  ).join('\n')
}
