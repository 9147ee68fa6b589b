import { elements, type Node } from '../../ir/graph.ts'
import type { Draft } from '../draft.ts'
import { floatOpByKind } from './float-ops.ts'

/** A per-channel affine map y = scale · x + offset over a tensor's last axis. */
export interface Affine {
  readonly scale: Float64Array
  readonly offset: Float64Array
}

/** True for nodes with a filter: inputs [x, filter, bias?], and an affine map of x before the activation. */
export function isLinear(node: Node): boolean {
  return floatOpByKind(node.op)?.linear !== undefined
}

/** Data of a constant of real numbers. */
function realConstant(draft: Draft, index: number): Float32Array {
  return draft.tensor(index).data as Float32Array
}

/** Returns what a batchNorm node does: γ · (x − mean) / √(variance + ε) + β, computed in double. */
export function affineOf(draft: Draft, norm: Node): Affine {
  const [gamma, beta, mean, variance] = norm.inputs.slice(1).map(i => realConstant(draft, i))
  const epsilon = norm.attrs.epsilon as number
  const scale = Float64Array.from(gamma, (g, c) => g / Math.sqrt(variance[c] + epsilon))
  return { scale, offset: Float64Array.from(beta, (b, c) => b - mean[c] * scale[c]) }
}

/** Returns a linear node whose result before the activation is the given affine map of the old one. The old node stays as it is. */
export function withOutputMapped(draft: Draft, node: Node, { scale, offset }: Affine): Node {
  const [x, filter, bias] = node.inputs
  const { name, shape } = draft.tensor(filter)
  const weights = realConstant(draft, filter)
  const old = hasInput(bias) ? realConstant(draft, bias) : new Float32Array(scale.length)
  const { outputAxis } = floatOpByKind(node.op)!.linear!
  const perChannel = elements(shape.slice(outputAxis + 1))
  const mapped = weights.map((w, i) => w * scale[Math.floor(i / perChannel) % scale.length])
  return {
    ...node,
    inputs: [
      x,
      draft.add({ name, shape, data: mapped }),
      draft.add({
        name: biasName(draft, node),
        shape: [scale.length],
        data: old.map((b, c) => b * scale[c] + offset[c]),
      }),
    ],
  }
}

/**
 * Returns a conv2d or fullyConnected node on another input tensor `x` that gives the same as the old node on scale · x + offset.
 * Channels of the map repeat along the depth of the filter (a flattened [T, C] has T · C inputs and C channels).
 * Exact only where no padding is read: a padded 0 is not what the map makes of a 0.
 */
export function withInputMapped(draft: Draft, node: Node, x: number, { scale, offset }: Affine): Node {
  const [, filter, bias] = node.inputs
  const { name, shape } = draft.tensor(filter)
  const weights = realConstant(draft, filter)
  const sums = Float64Array.from(hasInput(bias) ? realConstant(draft, bias) : new Float32Array(shape[0]))
  const perOutput = weights.length / shape[0]
  const mapped = weights.map((w, i) => {
    const channel = (i % perOutput) % scale.length
    sums[Math.floor(i / perOutput)] += w * offset[channel]
    return w * scale[channel]
  })
  return {
    ...node,
    inputs: [
      x,
      draft.add({ name, shape, data: mapped }),
      draft.add({ name: biasName(draft, node), shape: [shape[0]], data: Float32Array.from(sums) }),
    ],
  }
}

function hasInput(index: number | undefined): index is number {
  return index !== undefined && index >= 0
}

function biasName(draft: Draft, node: Node): string {
  const bias = node.inputs[2]
  return hasInput(bias) ? draft.tensor(bias).name : `${node.name}/bias`
}
