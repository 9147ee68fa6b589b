import type { Emitter } from '../kernel.ts'
import { channelBlocks } from './channel-blocks.ts'
import type { Channels } from './channels.ts'
import type { LaneScaling } from './lane-scaling.ts'

/** What sums are before their bias is added: whole multiples of odd · 2^exponent, by whose inverse modulo 2³² they are multiplied. */
interface Multiples {
  readonly inverse: number
  readonly exponent: number
}

/**
 * Returns the address of the constants of output channels as src-as/requantize-lanes.ts reads them: in blocks, rows of bias, multiplier,
 * power, sign and offset, 20 bytes a channel. The file holds 9 of them, of which the start function makes the rows.
 * Sums that are multiples take their bias after the power: it is multiplied by that, and the power by the inverse.
 */
export function placeChannels(
  to: Emitter,
  bias: Channels['bias'],
  scaling: LaneScaling,
  blocks = channelBlocks(bias.length),
  multiples?: Multiples,
): number {
  const last = blocks.at(-1)!
  const count = last.first + last.width
  const rows = to.space(count * 20)
  to.atStart(
    to.call('channel-constants', 'expandChannels', [
      ['bias, multiplier, power', to.data(packConstants(bias, scaling, count), 4), count],
      ['to, in blocks of', rows, blocks[0].width],
      ['zero point, shift', scaling.outputZero, scaling.shift],
      ['inverse, exponent (-1: the bias is in the sums)', multiples?.inverse ?? 1, multiples?.exponent ?? -1],
    ]),
  )
  return rows
}

/** Rows of bias and multiplier, int32, and of powers of two, bytes; a channel that is constant has the power 0 and its offset as multiplier. */
function packConstants(bias: Channels['bias'], { rows }: LaneScaling, count: number): Uint8Array {
  const [multiplier, power, , offset] = rows
  const bytes = new Uint8Array(9 * count)
  const numbers = new Int32Array(bytes.buffer, 0, 2 * count)
  numbers.set(bias)
  numbers.set(
    multiplier.map((m, o) => (power[o] ? m : offset[o])),
    count,
  )
  bytes.set(
    Array.from(power, p => (p ? Math.log2(p) : 0)),
    8 * count,
  )
  return bytes
}
