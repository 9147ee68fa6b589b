import type { IntGraph } from '../ir/graph.ts'
import { runReference } from '../reference/run.ts'
import type { Tf } from '../train/tf.ts'
import type { Int16Choice } from './choose-int16.ts'
import { compare, type NodeNoise } from './compare.ts'
import { type NodeCost, nodeCosts } from './costs.ts'
import type { IntegerForm } from './form.ts'

/** What quantization does to one node's result, and what the node does to the outputs. */
export interface NodeReport extends NodeNoise, Pick<NodeCost, 'aloneDb'> {}

/** What quantization costs a network. */
export interface Measured {
  /** The noisiest first. */
  readonly nodes: readonly NodeReport[]
  /** The node or input that costs the outputs most by itself. */
  readonly costsMost: NodeCost
  /** Where int16 was left to the quantizer. */
  readonly int16?: Int16Choice
}

/** Measures a network's integers against the float graph that they were made of, on standardized rows. */
export function measured(
  tf: Tf,
  { graph, ranges, scheme, int16 }: IntegerForm,
  integers: IntGraph,
  rows: Float32Array,
): Measured {
  const costs = nodeCosts(tf, graph, ranges, scheme, rows)
  const aloneDb = new Map(costs.map(cost => [cost.node, cost.aloneDb]))
  const nodes = compare(tf, graph, integers, rows, runReference)
  const reports = nodes.map(noise => ({ ...noise, aloneDb: aloneDb.get(noise.node)! }))
  return { nodes: reports, costsMost: costs[0], ...(int16 && { int16 }) }
}
