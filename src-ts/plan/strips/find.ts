import type { IntGraph } from '../../ir/graph.ts'
import type { PreparedNode } from '../../reference/prepare.ts'
import { type StripRange, type Strips, stripsOf } from './lines.ts'

/** Bytes that live at each step, from step −1 on, if these ranges are cut. */
type Live = (strips: readonly Strips[]) => number[]

/**
 * Returns ranges of nodes to cut into strips, so that less memory lives where most does. Step by step: of all ranges that hold the step
 * with the most bytes, in strips of one row, that which lowers it most. Then strips get as many rows as cost nothing.
 */
export function findStrips(graph: IntGraph, prepared: readonly PreparedNode[], live: Live): Strips[] {
  let best: { strips: Strips[]; live: number[] } = { strips: [], live: live([]) }
  for (;;) {
    const peak = best.live.indexOf(Math.max(...best.live)) - 1
    let better = best
    for (const found of rangesAround(graph, prepared, Math.max(0, peak))) {
      const strips = replaced(best.strips, found)
      const candidate = { strips, live: live(strips) }
      if (
        less(candidate.live, better.live) ||
        (same(candidate.live, better.live) && work(strips) < work(better.strips))
      )
        better = candidate
    }
    if (better === best) break
    best = better
  }
  return wider(graph, prepared, best.strips, live)
}

/** The ranges that can be cut and hold a step. */
function* rangesAround(graph: IntGraph, prepared: readonly PreparedNode[], step: number): Generator<Strips> {
  const cut = (first: number, last: number, over: boolean) => stripsOf(graph, prepared, { first, last, rows: 1, over })
  for (let first = step; first >= 0 && cut(first, first, false); first--) {
    for (let last = step; last < graph.nodes.length && cut(last, last, false); last++) {
      for (const over of [true, false]) {
        const strips = cut(first, last, over)
        if (strips) yield strips
      }
    }
  }
}

/** Ranges with a further one, in place of those that overlap it. */
function replaced(strips: readonly Strips[], found: Strips): Strips[] {
  const apart = strips.filter(({ range }) => range.last < found.range.first || range.first > found.range.last)
  return [...apart, found].toSorted((a, b) => a.range.first - b.range.first)
}

/** Whether less memory lives where most does; where as much, at the next most, and so on. */
function less(a: readonly number[], b: readonly number[]): boolean {
  const [x, y] = [a, b].map(live => live.toSorted((p, q) => q - p))
  const differs = x.findIndex((bytes, i) => bytes !== y[i])
  return differs >= 0 && x[differs] < y[differs]
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return !less(a, b) && !less(b, a)
}

/** Nodes that run in all strips. */
function work(strips: readonly Strips[]): number {
  return strips.reduce((sum, { range, begin, end }) => sum + (end - begin) * (range.last - range.first + 1), 0)
}

/** The same ranges with twice the rows in a strip, again and again, while the most bytes that live stay as they are. */
function wider(graph: IntGraph, prepared: readonly PreparedNode[], strips: readonly Strips[], live: Live): Strips[] {
  const most = Math.max(...live(strips))
  let best = [...strips]
  for (let i = 0; i < best.length; i++) {
    for (;;) {
      const range: StripRange = { ...best[i].range, rows: best[i].range.rows * 2 }
      const found = stripsOf(graph, prepared, range)
      if (!found || found.end - found.begin < 2) break
      const next = best.with(i, found)
      if (Math.max(...live(next)) > most) break
      best = next
    }
  }
  return best
}
