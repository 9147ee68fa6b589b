import type { Emitter, KernelTarget } from '../kernel.ts'
import { packBlockChannels } from './channel-blocks.ts'
import { placeChannels } from './channel-constants.ts'
import type { Channels } from './channels.ts'
import { type FloatScaling, floatScaling } from './float-scaling.ts'
import { type LaneScaling, laneScaling, sumRanges } from './lane-scaling.ts'

/** A layer of weights, as its op prepares it. */
type Layer = Channels & Readonly<Record<'inputZero' | 'outputZero' | 'min' | 'max', number>>

/** How the kernels of a layer bring sums to bytes, by `bytesOf` of src-as/requantize-lanes.ts. */
export interface LayerScaling {
  /** Its type argument `Scale`. */
  readonly scale: 'f32' | 'i32'
  /** The right shift at the end; 0 in float32, which has none. */
  readonly shift: number
  /**
   * Places the constants of all channels in blocks, and returns their address. `bias` has the input's zero point in it. With `whole` the file holds
   * them as kernels read them: other blocks than `channelBlocks` and `evenBlocks` have.
   */
  place(to: Emitter, bias: Channels['bias'], blocks: Blocks, whole?: 'whole'): number
}

type Blocks = Parameters<typeof packBlockChannels>[2]

/**
 * Float32 is for speed: a channel has 12 bytes in the file instead of 9, and a program may need functions for both types. It pays where a channel
 * has at least so many outputs, of at most so many products each (a relaxed product takes less time than the others).
 */
const LEAST_OUTPUTS = 8
const DEEPEST = { scalar: 0, firmware: 0, simd: 63, relaxed: 255 }

/** Layers whose sums have been looked at, by their multipliers, which no two share. */
const known = new WeakMap<Int32Array, { readonly floats: FloatScaling | undefined }>()

/**
 * Returns the scaling in float32 where it pays and is exact, else in whole numbers.
 *
 * @param filter The weights of each channel side by side.
 * @param outputs How many of each channel there are.
 */
export function layerScaling(p: Layer, filter: Int8Array, outputs: number, on: KernelTarget): LayerScaling {
  const floats = paysInFloats(outputs, filter.length / p.bias.length, on) ? floatsOf(p, filter) : undefined
  return floats ? scalingByFloats(floats) : scalingByInts(laneScaling(p, filter)!)
}

export function scalingByFloats({ centre, factor, offset }: FloatScaling): LayerScaling {
  const rows = [factor, offset].map(({ buffer }) => new Int32Array(buffer))
  return {
    scale: 'f32',
    shift: 0,
    place(to, bias, blocks) {
      const centred = Int32Array.from(bias, (value, o) => value - centre[o])
      return to.data(packBlockChannels(centred, { rows }, blocks), 16)
    },
  }
}

/** The scaling in whole numbers. */
export function scalingByInts(lanes: LaneScaling): LayerScaling {
  return {
    scale: 'i32',
    shift: lanes.shift,
    place(to, bias, blocks, whole) {
      return whole ? to.data(packBlockChannels(bias, lanes, blocks), 16) : placeChannels(to, bias, lanes, blocks)
    },
  }
}

/** Whether `layerScaling` is in float32. */
export function scalesByFloats(p: Layer, filter: Int8Array, outputs: number, on: KernelTarget): boolean {
  return paysInFloats(outputs, filter.length / p.bias.length, on) && floatsOf(p, filter) !== undefined
}

function paysInFloats(outputs: number, depth: number, { goal, flavour }: KernelTarget): boolean {
  return goal === 'speed' && outputs >= LEAST_OUTPUTS && depth <= DEEPEST[flavour]
}

/** Returns the scaling in float32 of a layer, or undefined where there is none: `floatScaling` takes milliseconds, and is asked once. */
export function floatsOf(p: Layer, filter: Int8Array): FloatScaling | undefined {
  if (!known.has(p.multiplier)) known.set(p.multiplier, { floats: floatScaling(p, sumRanges(p, filter)) })
  return known.get(p.multiplier)!.floats
}
