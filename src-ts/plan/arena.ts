import { random } from '../random.ts'
import type { Buffer } from './buffers.ts'
import { searchArena } from './search-arena.ts'

/** Offsets of buffers in one block of memory: buffers that live at the same step do not overlap. */
export interface Layout {
  readonly offsets: readonly number[]
  readonly bytes: number
}

/** The smallest layout that was found. */
export interface Arena extends Layout {
  /** First fit, the largest buffer first, as TFLM plans: what the search is measured against. */
  readonly greedy: Layout
  /** The largest sum of bytes that live at one step: no plan can be smaller. */
  readonly lowerBoundBytes: number
  /** Whether no smaller plan exists: it reaches the lower bound, or the search ran to its end. */
  readonly optimal: boolean
}

/** Vectors are 16 bytes; aligned tensors keep loads within one cache line more often. */
const ALIGNMENT = 16
/** Orders tried by local search when greedy plans stay above the lower bound. */
const TRIES = 2000

/**
 * Plans buffers in a static arena: first fit in several orders (by size, as TFLM does; by lifetime; by start), then local search over
 * the order (Lee and Pisarchyk, "Efficient memory management for deep neural net inference", 2020, show greedy by size alone up to a
 * third above the optimum), then an exact search. Each is left out where the lower bound is reached. Deterministic.
 */
export function planArena(buffers: readonly Buffer[]): Arena {
  const sizes = buffers.map(b => Math.ceil(b.bytes / ALIGNMENT) * ALIGNMENT)
  const lowerBoundBytes = Math.max(0, ...liveBytes(buffers, sizes))
  const indices = buffers.map((_, i) => i)
  const length = (i: number) => buffers[i].last - buffers[i].first
  const orders = [
    indices.toSorted((a, b) => sizes[b] - sizes[a] || a - b),
    indices.toSorted((a, b) => length(b) - length(a) || sizes[b] - sizes[a] || a - b),
    indices.toSorted((a, b) => buffers[a].first - buffers[b].first || sizes[b] - sizes[a] || a - b),
  ]
  const plans = orders.map(order => ({ order, ...firstFit(order, buffers, sizes) }))
  const { order: _, ...greedy } = plans[0]
  let best = plans.reduce((a, b) => (b.bytes < a.bytes ? b : a))
  const stream = random(1)
  for (let attempt = 0; attempt < TRIES && best.bytes > lowerBoundBytes; attempt++) {
    const order = [...best.order]
    const [moved] = order.splice(stream.integer(order.length), 1)
    order.splice(stream.integer(order.length + 1), 0, moved)
    const plan = firstFit(order, buffers, sizes)
    if (plan.bytes <= best.bytes) best = { order, ...plan }
  }
  const found = { offsets: best.offsets, bytes: best.bytes, greedy, lowerBoundBytes }
  if (best.bytes === lowerBoundBytes) return { ...found, optimal: true }
  const { smaller, complete } = searchArena(buffers, sizes, best.bytes)
  return { ...found, ...smaller, optimal: complete }
}

/** Returns the bytes that live at each step, from step −1 on. */
export function liveBytes(buffers: readonly Buffer[], sizes: readonly number[] = buffers.map(b => b.bytes)): number[] {
  const steps = Math.max(-1, ...buffers.map(b => b.last)) + 2
  const live = new Array<number>(steps).fill(0)
  buffers.forEach((b, i) => {
    for (let step = b.first; step <= b.last; step++) live[step + 1] += sizes[i]
  })
  return live
}

function firstFit(order: readonly number[], buffers: readonly Buffer[], sizes: readonly number[]): Layout {
  const offsets = new Array<number>(buffers.length).fill(0)
  const placed: number[] = []
  let bytes = 0
  for (const i of order) {
    let offset = 0
    // `placed` is sorted by offset: the first gap that is large enough wins.
    for (const j of placed) {
      if (buffers[j].last < buffers[i].first || buffers[i].last < buffers[j].first) continue
      if (offset + sizes[i] <= offsets[j]) break
      offset = Math.max(offset, offsets[j] + sizes[j])
    }
    offsets[i] = offset
    const after = placed.findIndex(j => offsets[j] > offset)
    placed.splice(after < 0 ? placed.length : after, 0, i)
    bytes = Math.max(bytes, offset + sizes[i])
  }
  return { offsets, bytes }
}
