import type { Node } from '../ir/graph.ts'
import type { Draft } from './draft.ts'
import type { Pass } from './pass.ts'

/** Nodes that hand their input on unchanged disappear; a reshape of a reshape reads the first one's input. */
export const dropIdentities: Pass = {
  name: 'drop-identities',
  title: 'nodes that change nothing disappear',
  rewrite(draft, node) {
    const [x] = node.inputs
    const [y] = node.outputs
    if (node.op === 'reshape') {
      const before = draft.producer(x)
      if (before?.op === 'reshape') {
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
  const { attrs } = node
  const producer = draft.producer(node.inputs[0])
  switch (node.op) {
    case 'reshape':
      return draft.tensor(node.inputs[0]).shape.join() === draft.tensor(node.outputs[0]).shape.join()
    case 'concatenation':
      return node.inputs.length === 1
    case 'maxPool2d':
      return (
        [attrs.filterH, attrs.filterW, attrs.strideH, attrs.strideW].every(n => n === 1) && attrs.activation === 'none'
      )
    case 'relu':
      return producer?.op === 'relu' || producer?.attrs.activation === 'relu' || producer?.attrs.activation === 'relu6'
    default:
      return false
  }
}
