import type { Channels } from './channels.ts'

/** Per-channel constants as src-as/requantize.ts reads them. */
export interface ChannelVectors {
  /** For every four channels: bias, multiplier, 2^(right − own right shift), four int32 each; filled up with channels that give 0. */
  readonly constants: Int32Array
  /** The largest right shift of the layer, at least 1. */
  readonly right: number
}

/**
 * Returns the constants of channels whose accumulators without bias lie within ±`reach`, filled up to a multiple of `multiple`.
 * Undefined where a channel is raised by a left shift, or where a value might leave 32 bits on the way: such layers take another kernel.
 */
export function channelVectors(
  { bias, multiplier, shift, wide }: Channels,
  reach: readonly number[],
  multiple = 4,
): ChannelVectors | undefined {
  const right = Math.max(1, ...Array.from(shift, s => -s))
  const provable = reach.every((largest, o) => {
    const sum = largest + Math.abs(Number(bias[o]))
    // |(sum · multiplier + 2^30) >> 31|, which is then raised and rounded.
    const high = (sum * multiplier[o]) / 2 ** 31 + 1
    return shift[o] <= 0 && sum < 2 ** 31 && high * 2 ** (right + shift[o]) + 2 ** (right - 1) + 1 < 2 ** 31
  })
  if (wide || !provable || right > 30) return undefined
  const vectors = (Math.ceil(bias.length / multiple) * multiple) / 4
  const constants = new Int32Array(vectors * 12)
  for (let o = 0; o < bias.length; o++) {
    const at = (o >> 2) * 12 + (o & 3)
    constants[at] = Number(bias[o])
    constants[at + 4] = multiplier[o]
    constants[at + 8] = 2 ** (right + shift[o])
  }
  return { constants, right }
}

/** Returns the largest magnitude of Σ w·x of each channel for any int8 input, `filter` being [channels, …]. */
export function reachOf(filter: Int8Array, channels: number): number[] {
  const perChannel = filter.length / channels
  return Array.from({ length: channels }, (_, o) => {
    let sum = 0
    for (let i = o * perChannel; i < (o + 1) * perChannel; i++) sum += Math.abs(filter[i])
    return 128 * sum
  })
}
