import type { FloatGraph, Node } from '../ir/graph.ts'
import { opByKind } from '../ops/index.ts'
import { prepareGraph } from '../reference/prepare.ts'
import type { Tf } from '../train/tf.ts'
import type { Ranges } from './calibrate.ts'
import { probing } from './costs.ts'
import { quantize } from './quantize.ts'
import { int8Scheme, type Scheme, schemeFor } from './scheme.ts'

/** How far int16 is to go. */
export interface Int16Goal {
  /** Signal to quantization noise at the outputs, in dB, that is enough. */
  readonly decibels: number
  /** Largest share of the multiply-accumulates that may be of int16. */
  readonly share: number
}

/** What was chosen, and how good the outputs are with it. */
export interface Int16Choice {
  /** Nodes and inputs by the names of their tensors. */
  readonly nodes: readonly string[]
  /** Signal to quantization noise at the outputs, in dB. */
  readonly decibels: number
}

/**
 * Returns the nodes, by the names of their tensors, that compute in int16 so that the outputs reach a signal-to-noise ratio. The tensor that costs
 * most by being rounded to int8 comes first, with the node that makes it and those that read it: it is int16 only between such nodes.
 * What gains nothing, would exceed the share of MACs, or has an operator without int16 is passed over, so that the ratio may be missed.
 */
export function chooseInt16(
  tf: Tf,
  float: FloatGraph,
  ranges: Ranges,
  weightBits: Scheme['weightBits'],
  rows: Float32Array,
  { decibels: enough, share }: Int16Goal,
): Int16Choice {
  const nameOf = (node: Node) => float.tensors[node.outputs[0]].name
  const macs = new Map(
    prepareGraph(quantize(float, ranges, int8Scheme)).map(({ op, view }, i) => [nameOf(float.nodes[i]), op.macs(view)]),
  )
  const sumOf = (names: Iterable<string>) => [...names].reduce((sum, name) => sum + (macs.get(name) ?? 0), 0)
  const allowed = share * sumOf(macs.keys())
  const whole = (names: Iterable<string>) =>
    probing(tf, float, ranges, schemeFor(float, weightBits, [...names]), rows, ({ decibels }) =>
      decibels(
        () => true,
        () => true,
      ),
    )
  let chosen: ReadonlySet<string> = new Set()
  let reached = whole(chosen)
  for (const tensor of tensorsByCost(tf, float, ranges, rows)) {
    if (reached >= enough) break
    const around = float.nodes.filter(({ inputs, outputs }) => inputs.includes(tensor) || outputs.includes(tensor))
    const input = float.inputs.includes(tensor) ? [float.tensors[tensor].name] : []
    const names = new Set([...chosen, ...input, ...around.map(nameOf)])
    const possible = around.every(({ op }) => opByKind(op).inputTypes?.includes('int16'))
    if (names.size === chosen.size || !possible || sumOf(names) > allowed) continue
    const better = whole(names)
    if (better < reached + WORTH) continue
    chosen = names
    reached = better
  }
  return { nodes: [...chosen], decibels: reached }
}

/** In dB: int16 that gains less costs time and memory for nothing. */
const WORTH = 0.1

/** Tensors that are fed or computed, first the one whose rounding to int8 alone is seen most at the outputs. */
function tensorsByCost(tf: Tf, float: FloatGraph, ranges: Ranges, rows: Float32Array): number[] {
  return probing(tf, float, ranges, int8Scheme, rows, ({ decibels }) => {
    const costs = [...float.inputs, ...float.nodes.flatMap(node => node.outputs)].map(index => ({
      index,
      cost: decibels(
        i => i === index,
        () => false,
      ),
    }))
    return costs.sort((a, b) => a.cost - b.cost).map(({ index }) => index)
  })
}
