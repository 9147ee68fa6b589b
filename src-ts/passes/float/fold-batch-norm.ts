import type { Pass } from '../pass.ts'
import { affineOf, isLinear, withOutputMapped } from './linear.ts'

/** Convolution or dense layer, no activation, batch norm: the batch norm becomes part of its weights and bias. */
export const foldBatchNorm: Pass = {
  name: 'fold-batch-norm',
  title: 'a batch norm right after a convolution or dense layer becomes part of its weights',
  rewrite(draft, norm) {
    if (norm.op !== 'batchNorm') return false
    const producer = draft.privateProducer(norm.inputs[0])
    if (!producer || !isLinear(producer) || producer.attrs.activation !== 'none') return false
    const folded = withOutputMapped(draft, producer, affineOf(draft, norm))
    draft.replace(norm)
    draft.replace(producer, { ...folded, outputs: norm.outputs })
    return true
  },
}
