import type { Build } from '../codegen/build.ts'
import { HolterError } from '../errors.ts'
import { limitsOf } from '../ir/graph.ts'

/** How samples of the converter become millivolts: (counts − zero) / gain. */
export interface Converter {
  /** Counts per millivolt. */
  readonly gain: number
  readonly zero: number
}

/** The map from counts to the first input: q = input's zero + ((counts − zero) · multiplier + offset) / 2^shift, halves away from zero, clamped. */
export interface ConverterMap {
  readonly zero: number
  readonly multiplier: number
  readonly offset: number
  readonly shift: number
  readonly inputZero: number
  readonly least: number
  readonly largest: number
}

/** Returns a converter's map as integers that no 32-bit sample brings beyond 63 bits. Throws HolterError on a gain that has none. */
export function converterOf({ manifest, program }: Build, { gain, zero }: Converter): ConverterMap {
  const [input] = manifest.inputs
  const { mean, deviation } = manifest.metadata ?? { mean: 0, deviation: 1 }
  const perCount = 1 / (gain * deviation * input.scale)
  const shift = Math.max(1, Math.min(38, 23 - Math.floor(Math.log2(perCount))))
  const multiplier = Math.round(perCount * 2 ** shift)
  const offset = Math.round((-mean / deviation / input.scale) * 2 ** shift)
  if (!(multiplier >= 1 && multiplier < 2 ** 30 && Math.abs(offset) < 2 ** 52)) {
    throw new HolterError({
      stage: 'package',
      where: '--adc-gain',
      problem: 'this gain gives no integer map to the input',
      got: gain,
      expected: 'counts per millivolt, above 0',
    })
  }
  const [{ graph }] = program.plan.networks
  const { min, max } = limitsOf(graph.tensors[graph.inputs[0]])
  return { zero, multiplier, offset, shift, inputZero: input.zeroPoint, least: min, largest: max }
}
