import type { Pass } from '../pass.ts'
import { floatOpByKind } from './float-ops.ts'

/** A ReLU that is the only reader of an operator's result becomes that operator's activation. */
export const fuseActivation: Pass = {
  name: 'fuse-activation',
  title: 'a relu becomes the activation of the operator before it',
  rewrite(draft, relu) {
    if (relu.op !== 'relu') return false
    const producer = draft.privateProducer(relu.inputs[0])
    if (!producer || !floatOpByKind(producer.op)?.fusesActivation || producer.attrs.activation !== 'none') return false
    draft.replace(relu)
    draft.replace(producer, { ...producer, attrs: { ...producer.attrs, activation: 'relu' }, outputs: relu.outputs })
    return true
  },
}
