import { closest, HolterError } from '../errors.ts'
import type { ActivationType, FloatGraph, FloatTensor } from '../ir/graph.ts'
import type { WeightBits } from '../ops/op.ts'

/** In what numbers a network computes. */
export interface Scheme {
  /** Bits of weights: 8 are [−127, 127], 7 are [−63, 63], 4 are [−7, 7]. The file holds all of them as int8. */
  readonly weightBits: WeightBits
  /** Element type of a tensor that is fed or computed. A node computes in the type of its first output; QUANTIZE stands where types meet. */
  activation(tensor: FloatTensor): ActivationType
}

/** All of int8. */
export const int8Scheme: Scheme = { weightBits: 8, activation: () => 'int8' }

/** Returns a scheme in which the tensors of these names are int16. Throws HolterError when the graph has no such tensor. */
export function schemeFor(graph: FloatGraph, weightBits: WeightBits, int16: readonly string[]): Scheme {
  const names = graph.tensors.filter(t => !t.data).map(t => t.name)
  const unknown = int16.find(name => !names.includes(name))
  if (unknown !== undefined) {
    const near = closest(unknown, names)
    throw new HolterError({
      stage: 'quantize',
      where: unknown,
      problem: 'the network has no such node',
      hint: near ? `Did you mean ${near}?` : `It has ${names.join(', ')}`,
    })
  }
  return { weightBits, activation: ({ name }) => (int16.includes(name) ? 'int16' : 'int8') }
}
