import type { FloatGraph } from '../ir/graph.ts'
import { opByKind } from '../ops/index.ts'
import type { WeightBits } from '../ops/op.ts'
import { withConstants } from './fake.ts'
import { dequantizeConstant } from './values.ts'

/** Stands in for the scale of an input that stays real: filters alone are rounded, and no bias grows their scales. */
const UNUSED = { scale: [1], zeroPoint: [0], axis: 0 }

/**
 * Returns a graph (after the passes) whose filters hold what their integers stand for, while activations and biases stay real: what
 * dynamic-range quantization makes of a network. Good for a comparison; no module computes so.
 */
export function roundWeights(graph: FloatGraph, weightBits: WeightBits = 8): FloatGraph {
  const rounded = new Map<number, Float32Array>()
  for (const { op: kind, attrs, inputs } of graph.nodes) {
    const op = opByKind(kind)
    const filter = graph.tensors[inputs[1]]
    if (!op.linear || !(filter.data instanceof Float32Array)) continue
    const { shape, data } = filter
    const constants = op.quantizeConstants!(attrs, [undefined, { shape, data }, undefined], [UNUSED], {
      weightBits,
      activation: 'int8',
    })
    rounded.set(inputs[1], dequantizeConstant({ name: filter.name, ...constants[1]! })!)
  }
  return withConstants(graph, rounded)
}
