import type { Node } from '../../ir/graph.ts'
import { concatenation } from '../../ops/concatenation.ts'
import { maxPool2d } from '../../ops/max-pool2d.ts'
import { isOf } from '../../ops/op.ts'
import { relu } from '../../ops/relu.ts'
import { reshape } from '../../ops/reshape.ts'
import type { Draft } from '../draft.ts'
import type { Pass } from '../pass.ts'
import { floatOpByKind } from './float-ops.ts'

/** Nodes that hand their input on unchanged disappear; a reshape of a reshape reads the first one's input. */
export const dropIdentities: Pass = {
  name: 'drop-identities',
  title: 'nodes that change nothing disappear',
  rewrite(draft, node) {
    const [x] = node.inputs
    const [y] = node.outputs
    if (isOf(reshape, node)) {
      const before = draft.producer(x)
      if (before && isOf(reshape, before)) {
        draft.replace(node, { ...node, inputs: before.inputs })
        return true
      }
    }
    if (!isIdentity(draft, node)) return false
    if (!draft.isOutput(y)) {
      draft.replace(node)
      draft.redirect(y, x)
      return true
    }
    const producer = draft.privateProducer(x)
    if (!producer) return false
    draft.replace(node)
    draft.replace(producer, { ...producer, outputs: [y] })
    return true
  },
}

function isIdentity(draft: Draft, node: Node): boolean {
  if (floatOpByKind(node.op)?.sameBytes) {
    return draft.tensor(node.inputs[0]).shape.join() === draft.tensor(node.outputs[0]).shape.join()
  }
  if (isOf(concatenation, node)) return node.inputs.length === 1 && node.attrs.activation === 'none'
  if (isOf(maxPool2d, node)) {
    const { filterH, filterW, strideH, strideW, activation } = node.attrs
    return [filterH, filterW, strideH, strideW].every(n => n === 1) && activation === 'none'
  }
  if (!isOf(relu, node)) return false
  const producer = draft.producer(node.inputs[0])
  return producer?.op === 'relu' || producer?.attrs.activation === 'relu' || producer?.attrs.activation === 'relu6'
}
