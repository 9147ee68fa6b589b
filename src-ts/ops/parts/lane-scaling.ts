import { clamp } from '../../ir/fixed-point.ts'
import { type Channels, rescaleBy } from './channels.ts'

/** By what `requantizeLanes` (src-as/requantize-lanes.ts) brings the sums of a layer to the output's scale. */
export interface LaneScaling {
  /** The right shift at the end, the same for all channels. */
  readonly shift: number
  readonly outputZero: number
  /** Rows with a value for each channel: multiplier, power, sign, offset. */
  readonly rows: readonly Int32Array[]
}

/** Integers below this fit int32. */
const INT32 = 2 ** 31
/** Beyond, the output's zero point no longer fits beside a sum. */
const LARGEST_SHIFT = 22

/** Sums are multiplied by this power of two at least. */
const LEAST_POWER = 2

/** How far a channel's sum goes, bias included. */
export interface SumRange {
  readonly low: number
  readonly high: number
}

/**
 * Returns the scaling of a layer of weights; undefined where it does not give the reference's bytes for every input.
 *
 * @param filter The weights of each channel side by side.
 * @param leastPower Of two, by which every channel's sums are multiplied at least.
 */
export function laneScaling(
  p: Output & Channels & { readonly inputZero: number },
  filter: Int8Array,
  leastPower = LEAST_POWER,
): LaneScaling | undefined {
  if (p.wide) return undefined
  return scalingOfSums(p, sumRanges(p, filter), leastPower)
}

/** How far the sum of each channel goes, bias included. */
export function sumRanges(p: Pick<Channels, 'bias'> & { readonly inputZero: number }, filter: Int8Array): SumRange[] {
  return Array.from(p.bias, (_, channel) => sumsOf(p, filter, channel))
}

/** What a sum becomes. */
type Output = Pick<Channels, 'multiplier' | 'shift' | 'wide'> & Readonly<Record<'outputZero' | 'min' | 'max', number>>

/**
 * Returns the scaling of channels whose sums go so far; undefined where it does not give the reference's bytes for every sum.
 *
 * With r the right shift, m the multiplier and x a sum, the two roundings of TFLM are ⌊(x·m ± 2^30 + 2^(30 + r)) / 2^(31 + r)⌋ for r ≥ 1,
 * + where x ≥ 0, since floors nest. Multiplied by 2^s, s ≥ 2, so that r + s is the same in all channels, the constants are multiples of
 * 2^32, and only the upper half of x·2^s·m is needed. It is exact while no |x|·2^s reaches 2^31, which the sums' range bounds.
 * A channel that gives one byte whatever the input is takes part as that constant.
 */
export function scalingOfSums(p: Output, sums: readonly SumRange[], leastPower = LEAST_POWER): LaneScaling | undefined {
  const channels = sums.map(({ low, high }, o) => {
    const scaled = [low, high].map(sum => rescaleBy(p.multiplier[o], p.shift[o], p.wide, sum))
    const bytes = scaled.map(value => clamp(value + p.outputZero, p.min, p.max))
    return { largest: Math.max(high, -low), right: -p.shift[o], byte: bytes[0] === bytes[1] ? bytes[0] : undefined }
  })
  const scaled = channels.filter(({ byte }) => byte === undefined)
  const together = Math.max(LEAST_POWER, leastPower) + scaled.reduce((most, { right }) => Math.max(most, right), 1)
  const fits = scaled.every(({ largest, right }) => right >= 1 && largest * 2 ** (together - right) < INT32)
  if (!fits || together - 1 > LARGEST_SHIFT || channels.some(({ largest }) => largest >= INT32)) return undefined
  const unit = 2 ** (together - 1)
  const rows = channels.map(({ right, byte }, o) => {
    if (byte !== undefined) return [0, 0, 0, byte * unit]
    const power = 2 ** (together - right)
    return [p.multiplier[o], power, power / 2, p.outputZero * unit + unit / 2 + power / 4]
  })
  return {
    shift: together - 1,
    outputZero: p.outputZero,
    rows: [0, 1, 2, 3].map(row => Int32Array.from(rows, values => values[row])),
  }
}

/** The least and the largest sum of a channel, bias included. */
function sumsOf(
  { bias, inputZero }: { bias: Channels['bias']; inputZero: number },
  filter: Int8Array,
  channel: number,
): SumRange {
  const perFilter = filter.length / bias.length
  let positive = 0
  let negative = 0
  for (let i = channel * perFilter; i < (channel + 1) * perFilter; i++) {
    if (filter[i] > 0) positive += filter[i]
    else negative += filter[i]
  }
  const [least, most] = [-128 - inputZero, 127 - inputZero]
  return {
    low: bias[channel] + positive * least + negative * most,
    high: bias[channel] + positive * most + negative * least,
  }
}
