import type { IntGraph } from '../ir/graph.ts'
import { opByKind } from './index.ts'

/**
 * Returns whether a network's first output holds probabilities already: it ends in LOGISTIC or SOFTMAX, and only shape or scale change
 * behind it. Our own files end at logits; what other tools export often does not, and must get no second sigmoid.
 */
export function endsInProbabilities({ nodes, outputs }: IntGraph): boolean {
  for (let tensor = outputs[0]; ; ) {
    const node = nodes.find(each => each.outputs.includes(tensor))
    const probabilities = node && opByKind(node.op).probabilities
    if (!node || probabilities !== 'kept') return probabilities === 'made'
    tensor = node.inputs[0]
  }
}
