import type { Build } from '../codegen/build.ts'
import { limitsOf } from '../ir/graph.ts'
import { type Adc, type CountMap, countMap } from '../ir/input-map.ts'

/** The map from counts of a converter to the first input, and the limits of its type. */
export interface Counts extends CountMap {
  readonly least: number
  readonly largest: number
}

/** Returns the map for a build; a signal without metadata is taken as it is. Throws HolterError when the converter does not fit the input. */
export function countsOf({ manifest, program }: Build, adc: Adc): Counts {
  const [{ graph }] = program.plan.networks
  const input = graph.tensors[graph.inputs[0]]
  const { min, max } = limitsOf(input)
  const quantization = input.quantization ?? { scale: [1], zeroPoint: [0], axis: 0 }
  const map = countMap(adc, manifest.metadata ?? { mean: 0, deviation: 1 }, quantization)
  return { ...map, least: min, largest: max }
}
