import { isOf } from '../../ops/op.ts'
import { relu } from '../../ops/relu.ts'
import { relu6 } from '../../ops/relu6.ts'
import type { Pass } from '../pass.ts'
import { floatOpByKind } from './float-ops.ts'

/** A ReLU or ReLU6 that is the only reader of an operator's result becomes that operator's activation. */
export const fuseActivation: Pass = {
  name: 'fuse-activation',
  title: 'a relu or relu6 becomes the activation of the operator before it',
  rewrite(draft, node) {
    if (!isOf(relu, node) && !isOf(relu6, node)) return false
    const producer = draft.privateProducer(node.inputs[0])
    if (!producer || !floatOpByKind(producer.op)?.fusesActivation || producer.attrs.activation !== 'none') return false
    draft.replace(node)
    draft.replace(producer, { ...producer, attrs: { ...producer.attrs, activation: node.op }, outputs: node.outputs })
    return true
  },
}
