import type { IntGraph } from './graph.ts'

const SQUASHING = ['logistic', 'softmax']
/** What may follow and leaves probabilities what they are. */
const NEUTRAL = ['reshape', 'squeeze', 'expandDims', 'quantize']

/**
 * Returns whether a network's first output holds probabilities already: it ends in LOGISTIC or SOFTMAX, and only shape or scale change
 * behind it. Our own files end at logits; what other tools export often does not, and must get no second sigmoid.
 */
export function endsInProbabilities({ nodes, outputs }: IntGraph): boolean {
  for (let tensor = outputs[0]; ; ) {
    const node = nodes.find(each => each.outputs.includes(tensor))
    if (!node || !NEUTRAL.includes(node.op)) return node !== undefined && SQUASHING.includes(node.op)
    tensor = node.inputs[0]
  }
}
