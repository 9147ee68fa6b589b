import type { Kernel } from '../kernel.ts'
import { evenBlocks } from '../parts/channel-blocks.ts'
import { withoutInputZero } from '../parts/convolution.ts'
import type { Dense } from '../parts/dense.ts'
import { laneScaling } from '../parts/lane-scaling.ts'
import { floatsOf, scalingByFloats, scalingByInts } from '../parts/layer-scaling.ts'
import { DENSEST, nonZero, packSparse, type SparseFilter } from '../parts/sparse-filter.ts'

/** Neighbouring inputs that a step may read, and how many of them each of its four channels takes. */
const WINDOWS = [16, 32] as const
const TAKEN = 4
/** Bytes of a step, and of what the start function remembers while it makes steps. */
const STEP_BYTES = 34
const STATE_BYTES = 48
/** Inputs and steps are counted by 16 bits. */
const LARGEST = 2 ** 16

/** FULLY_CONNECTED of int8 whose weights are mostly zeros, in any pattern; 1:4 fills its steps, wider gaps make fewer of them. */
export const fullyConnectedSparse: Kernel<Dense> = {
  name: 'fully-connected-sparse',
  flavours: ['simd', 'relaxed'],
  fits: (p, { element, goal }) =>
    element.name === 'i8' &&
    goal === 'speed' &&
    p.depth >= WINDOWS[0] &&
    p.depth < LARGEST &&
    nonZero(p.filter) <= DENSEST * p.filter.length &&
    laneScaling(p, p.filter) !== undefined,
  cost: p => p.rows * (tiling(p).cost + Math.ceil(p.outC / 4) * COST.output),
  reservedBytes: p => STATE_BYTES + tiling(p).steps * STEP_BYTES + Math.ceil(p.outC / 4) * 2,
  emit(p, to) {
    const floats = floatsOf(p, p.filter)
    const scaling = floats ? scalingByFloats(floats) : scalingByInts(laneScaling(p, p.filter)!)
    const steps = to.reserved() + STATE_BYTES
    const { window } = tiling(p)
    to.atStart(
      to.call('fully-connected-sparse', 'gatherSteps', [
        ['weights', to.data(packSparse(p.filter, p.outC).bytes, 2), p.outC, p.depth],
        ['inputs of a step', window],
        ['state, to', to.reserved(), steps],
      ]),
    )
    return to.call(
      'fully-connected-sparse',
      `fullyConnectedSparse<${window === 32 ? 'i32' : 'i16'}, ${scaling.scale}>`,
      [
        ['input', to.input(0), p.rows, p.depth],
        ['output', to.output(0), p.outC],
        ['weights', steps],
        ['channels', scaling.place(to, withoutInputZero(p).bias, evenBlocks(p.outC, 4))],
        ['shift', scaling.shift],
        ['clamp', p.min, p.max],
      ],
    )
  },
}

/** Nanoseconds of a step of either window and of four outputs; docs/kernels.md. */
const COST = { step: { 16: 1.45, 32: 1.9 }, output: 5 }

interface Tiling {
  readonly window: (typeof WINDOWS)[number]
  readonly steps: number
  readonly cost: number
}

/** The window that costs least. */
function tiling(p: Dense): Tiling {
  const { places } = packSparse(p.filter, p.outC)
  return WINDOWS.filter(window => window <= p.depth)
    .map(window => ({ window, steps: stepsOf(places, p.depth, window) }))
    .map(each => ({ ...each, cost: each.steps * COST.step[each.window] }))
    .reduce((best, each) => (each.cost < best.cost ? each : best))
}

/** Steps that the start function makes: each begins at the first input that one of four channels still wants. */
function stepsOf(places: SparseFilter['places'], depth: number, window: number): number {
  let steps = 0
  for (let o = 0; o < places.length; o += 4) {
    const four = places.slice(o, o + 4)
    const next = four.map(() => 0)
    for (;;) {
      const first = Math.min(...four.map((each, c) => each[next[c]] ?? depth))
      if (first === depth) break
      const end = Math.min(first, depth - window) + window
      four.forEach((each, c) => {
        for (let i = 0; i < TAKEN && each[next[c]] < end; i++) next[c]++
      })
      steps++
    }
  }
  return steps
}
