import type { Buffer } from './buffers.ts'

/** States that the search looks at before it gives up: a second or two for the largest graphs. */
const MOST_STATES = 200_000

/**
 * Looks for an arena below `bytes`. Every plan can be pushed down until each buffer lies on the ground or on another one; placed in
 * the order of their offsets, each then lies on the highest end of what lives with it. So it is enough to go through orders, keep the
 * height of every step, and turn back where a height and what must still lie above it reach the best plan known.
 * Returns the smallest plan found, if any, and whether the search was complete, which proves that nothing smaller exists.
 */
export function searchArena(buffers: readonly Buffer[], sizes: readonly number[], bytes: number) {
  const count = buffers.length
  const first = Math.min(...buffers.map(b => b.first))
  const steps = Math.max(...buffers.map(b => b.last)) - first + 1
  /** Of each step: where the placed buffers end, and the bytes of those that are not placed yet. */
  const height = new Int32Array(steps)
  const waiting = new Int32Array(steps)
  const offsets = new Int32Array(count).fill(-1)
  const eachStep = (i: number, visit: (step: number) => void) => {
    for (let step = buffers[i].first; step <= buffers[i].last; step++) visit(step - first)
  }
  buffers.forEach((_, i) => {
    eachStep(i, step => {
      waiting[step] += sizes[i]
    })
  })
  // Large and long-lived buffers first: their place decides most.
  const order = buffers.map((_, i) => i).sort((a, b) => area(b) - area(a) || a - b)
  function area(i: number): number {
    return sizes[i] * (buffers[i].last - buffers[i].first + 1)
  }
  let best = bytes
  let smaller: { offsets: readonly number[]; bytes: number } | undefined
  let states = 0
  const seen = new Set<string>()

  /** Tries every buffer that may lie next; `floor` is the offset of the last one. False when the states are used up. */
  const descend = (placed: number, floor: number): boolean => {
    if (placed === count) {
      best = height.reduce((a, b) => Math.max(a, b), 0)
      smaller = { offsets: [...offsets], bytes: best }
      return true
    }
    for (let step = 0; step < steps; step++) {
      if (waiting[step] && Math.max(height[step], floor) + waiting[step] >= best) return true
    }
    if (++states > MOST_STATES) return false
    const state = `${floor},${height}|${offsets.map(offset => (offset < 0 ? 0 : 1)).join('')}`
    if (seen.has(state)) return true
    seen.add(state)
    for (const i of order) {
      if (offsets[i] >= 0) continue
      let offset = 0
      eachStep(i, step => {
        offset = Math.max(offset, height[step])
      })
      if (offset < floor || offset + sizes[i] >= best) continue
      const before = height.slice(buffers[i].first - first, buffers[i].last - first + 1)
      eachStep(i, step => {
        height[step] = offset + sizes[i]
        waiting[step] -= sizes[i]
      })
      offsets[i] = offset
      const complete = descend(placed + 1, offset)
      offsets[i] = -1
      height.set(before, buffers[i].first - first)
      eachStep(i, step => {
        waiting[step] += sizes[i]
      })
      if (!complete) return false
    }
    return true
  }
  const complete = descend(0, 0)
  return { smaller, complete }
}
