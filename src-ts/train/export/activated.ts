import type { Attrs, Shape } from '../../ir/graph.ts'
import type { Exporting } from './exporting.ts'

/**
 * Adds a node that fuses an activation, and a node behind it where the layer's activation is none that TFLite fuses.
 * A sigmoid at the very end is left out: our graphs end at logits.
 */
export function activated(
  to: Exporting,
  activation: string | undefined,
  op: string,
  attrs: Attrs,
  inputs: readonly number[],
): number {
  const fused = activation === 'relu' || activation === 'relu6' ? activation : 'none'
  const sum = to.node(op, { ...attrs, activation: fused }, inputs)
  return fused === 'none' ? activate(to, activation, sum) : sum
}

/** Adds the nodes of an activation and returns their result; `x` itself where nothing is to be done. */
export function activate(
  to: Exporting,
  activation: string | undefined,
  x: number,
  shape: Shape = to.outputShape,
): number {
  const node = (op: string, attrs: Attrs = {}) => to.node(op, attrs, [x], shape)
  switch (activation) {
    case undefined:
    case null:
    case 'linear':
      return x
    case 'sigmoid':
      // AUC and thresholds are taken on logits, and int8 logits keep more than int8 probabilities.
      return to.last ? x : node('logistic')
    case 'swish':
      return to.node('mul', { activation: 'none' }, [x, node('logistic')], shape)
    case 'softmax':
      return node('softmax', { beta: 1 })
    case 'gelu':
      return node('gelu', { approximate: false })
    case 'relu':
    case 'relu6':
    case 'tanh':
    case 'elu':
      return node(activation)
    default:
      to.refuse(`activation ${activation}`)
      return x
  }
}
