import { count, large } from '../report/numbers.ts'
import { table } from '../report/terminal.ts'
import type { HopFigures } from '../runs/stream.ts'

/** Returns what hops cost as a table, one line for each, and the whole window below. */
export function hopTable(figures: readonly HopFigures[]): string {
  const [{ window, windowMacs, windowArenaBytes }] = figures
  const rows = figures.map(({ hop, seconds, macs, stateBytes, arenaBytes }) => [
    count(hop),
    seconds === undefined ? '' : `${Number(seconds.toFixed(3))} s`,
    large(macs),
    `${(windowMacs / macs).toFixed(1)}`,
    count(stateBytes),
    count(arenaBytes),
  ])
  const whole = [`${count(window)}`, 'whole', large(windowMacs), '1', '', count(windowArenaBytes)]
  return table(['rows', 'hop', 'MACs', 'times fewer', 'state bytes', 'arena bytes'], [...rows, whole])
}

/** Returns the nodes of one hop. */
export function hopLayers({ layers }: HopFigures): string {
  const rows = layers.map(({ name, op, outputShape, macs }, i) => [
    String(i),
    name,
    op,
    outputShape.join('×'),
    macs ? large(macs) : '',
  ])
  return table(['', 'node', 'op', 'output', 'MACs a hop'], rows)
}
