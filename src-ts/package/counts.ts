import type { Build } from '../codegen/build.ts'
import type { Port } from '../codegen/manifest.ts'
import { type Adc, type CountMap, countMap } from '../ir/input-map.ts'

/** The map from counts of a converter to the first input, and the limits of its type. */
export interface Counts extends CountMap {
  readonly least: number
  readonly largest: number
}

/** Returns the map for a build; a signal without metadata is taken as it is. Throws HolterError when the converter does not fit the input. */
export function countsOf({ manifest }: Build, adc: Adc): Counts {
  const [input] = manifest.inputs
  const largest = 2 ** (bitsOf(input) - 1) - 1
  const quantization = { scale: [input.scale], zeroPoint: [input.zeroPoint], axis: 0 }
  const map = countMap(adc, manifest.metadata ?? { mean: 0, deviation: 1 }, quantization)
  return { ...map, least: -largest - 1, largest }
}

/** The width of a port's values: networks take int8 or int16, a monitor int32. */
export function bitsOf({ type }: Port): 8 | 16 | 32 {
  return type === 'int32' ? 32 : type === 'int16' ? 16 : 8
}
