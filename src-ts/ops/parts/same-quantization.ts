import { HolterError } from '../../errors.ts'
import type { Quantization } from '../../ir/graph.ts'
import type { NodeView } from '../op.ts'
import { quantizationOf } from './channels.ts'

/** Throws unless a pool's input and output agree as TFLM demands (PoolingPrepare): zero points equal, scales within 10⁻⁶. */
export function requireSameQuantization(node: NodeView<unknown>): void {
  const from = quantizationOf(node.inputs[0]!)
  const to = quantizationOf(node.outputs[0])
  if (Math.abs(from.scale[0] - to.scale[0]) <= 1e-6 && from.zeroPoint[0] === to.zeroPoint[0]) return
  throw refusal(node, from, to)
}

/** Throws unless input and output have exactly the same scale and zero point (REDUCE_MAX). */
export function requireEqualQuantization(node: NodeView<unknown>): void {
  const from = quantizationOf(node.inputs[0]!)
  const to = quantizationOf(node.outputs[0])
  if (from.scale[0] === to.scale[0] && from.zeroPoint[0] === to.zeroPoint[0]) return
  throw refusal(node, from, to)
}

function refusal(node: NodeView<unknown>, from: Quantization, to: Quantization): HolterError {
  return new HolterError({
    stage: 'ops',
    where: node.name,
    problem: 'input and output must have the same quantization, as TFLM demands of this operator',
    got: `scale ${to.scale[0]}, zero point ${to.zeroPoint[0]}`,
    expected: `scale ${from.scale[0]}, zero point ${from.zeroPoint[0]}`,
  })
}
