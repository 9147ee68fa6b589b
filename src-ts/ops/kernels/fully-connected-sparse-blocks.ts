import type { Kernel } from '../kernel.ts'
import { evenBlocks } from '../parts/channel-blocks.ts'
import { withoutInputZero } from '../parts/convolution.ts'
import type { Dense } from '../parts/dense.ts'
import { laneScaling } from '../parts/lane-scaling.ts'
import { floatsOf, type LayerScaling, scalingByFloats, scalingByInts } from '../parts/layer-scaling.ts'
import { BLOCK, blocksOf, DENSEST, nonZero } from '../parts/sparse-filter.ts'

/** Output channels that take their steps together, and blocks of each in a step. */
const CHANNELS = 4
const TAKEN = 2
/** Numbers of 16 bits and bytes of weights, before and in a step; src-as/fully-connected-sparse-blocks.ts. */
const HEAD_BYTES = 10
const STEP_BYTES = CHANNELS * TAKEN * (2 + BLOCK)
/** Places in a row of int16 are counted by 16 bits, in bytes; so are channels and steps. */
const LARGEST = { depth: 2 ** 15, outC: 2 ** 16 }

/**
 * FULLY_CONNECTED of int8 whose weights are mostly zeros and stand in blocks of four neighbouring inputs of one output. Only blocks that are
 * not zero are multiplied, and stand in the file, six bytes each.
 */
export const fullyConnectedSparseBlocks: Kernel<Dense> = {
  name: 'fully-connected-sparse-blocks',
  flavours: ['simd', 'relaxed'],
  fits: (p, { element, goal }) =>
    element.name === 'i8' &&
    goal === 'speed' &&
    p.depth < LARGEST.depth &&
    p.outC < LARGEST.outC &&
    nonZero(p.filter) <= DENSEST * p.filter.length &&
    laneScaling(p, p.filter) !== undefined,
  cost: p => p.rows * (stepsOf(p) * COST.step + Math.ceil(p.outC / CHANNELS) * COST.outputs + p.depth * COST.input),
  scratchBytes: p => 2 * p.depth + 16,
  emit(p, to) {
    const groups = groupsOf(p)
    const order = groups.flatMap(({ channels }) => channels)
    const scaling = scalingOf(p, order)
    const bias = inOrder(withoutInputZero(p).bias, order)
    return to.call('fully-connected-sparse-blocks', `fullyConnectedSparseBlocks<${scaling.scale}>`, [
      ['input', to.input(0), p.rows, p.depth],
      ['output', to.output(0), p.outC],
      ['weights', to.data(packSteps(p, groups), 2)],
      ['channels', scaling.place(to, bias, evenBlocks(order.length, CHANNELS), 'whole')],
      ['scratch', to.scratch()],
      ['shift', scaling.shift],
      ['clamp', p.min, p.max],
    ])
  },
}

/** The scaling of channels in the order in which they take their steps. */
function scalingOf(p: Dense, order: readonly number[]): LayerScaling {
  const floats = floatsOf(p, p.filter)
  if (!floats) {
    const lanes = laneScaling(p, p.filter)!
    return scalingByInts({ ...lanes, rows: lanes.rows.map(row => inOrder(row, order)) })
  }
  const { centre, factor, offset } = floats
  return scalingByFloats({
    centre: inOrder(centre, order),
    factor: Float32Array.from(order, o => factor[o]),
    offset: Float32Array.from(order, o => offset[o]),
  })
}

function inOrder(values: ArrayLike<number>, order: readonly number[]): Int32Array {
  return Int32Array.from(order, o => values[o])
}

/** Nanoseconds of a step of eight blocks, of four outputs, and of an input that is widened; docs/kernels.md. */
const COST = { step: 2.65, outputs: 5, input: 0.05 }

/** Four channels that take `steps` steps together. */
interface Group {
  readonly channels: readonly number[]
  readonly steps: number
}

/** Channels with about as many blocks together, so that few steps have empty places. The last may stand several times. */
function groupsOf({ filter, outC }: Dense): Group[] {
  const counts = blocksOf(filter, outC).map(blocks => blocks.length)
  const order = counts.map((_, o) => o).sort((a, b) => counts[b] - counts[a] || a - b)
  return evenBlocks(outC, CHANNELS).map(({ first }) => {
    const channels = Array.from({ length: CHANNELS }, (_, i) => order[Math.min(first + i, outC - 1)])
    return { channels, steps: Math.max(1, Math.ceil(counts[channels[0]] / TAKEN)) }
  })
}

function stepsOf(p: Dense): number {
  return groupsOf(p).reduce((sum, { steps }) => sum + steps, 0)
}

/** The steps of all groups; places and weights of blocks that a channel does not have are zero. */
function packSteps({ filter, outC, depth }: Dense, groups: readonly Group[]): Uint8Array {
  const blocks = blocksOf(filter, outC)
  const bytes = new Uint8Array(groups.reduce((sum, { steps }) => sum + HEAD_BYTES + steps * STEP_BYTES, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { channels, steps } of groups) {
    ;[steps, ...channels].forEach((value, i) => {
      view.setUint16(at + 2 * i, value, true)
    })
    at += HEAD_BYTES
    channels.forEach((o, channel) => {
      blocks[o].forEach((block, i) => {
        const step = at + Math.floor(i / TAKEN) * STEP_BYTES
        const place = channel * TAKEN + (i % TAKEN)
        view.setUint16(step + 2 * place, 2 * BLOCK * block, true)
        const weights = filter.subarray(o * depth + BLOCK * block, o * depth + Math.min(BLOCK * (block + 1), depth))
        bytes.set(weights, step + 2 * CHANNELS * TAKEN + BLOCK * place)
      })
    })
    at += steps * STEP_BYTES
  }
  return bytes
}
