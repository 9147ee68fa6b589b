import { elements, type IntGraph } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'

/**
 * Whether TFLM does not define a network's bytes: it has an operator whose truth is another, or they depend on memory that TFLM never
 * wrote (borders of SPACE_TO_BATCH_ND), or it stops in a SOFTMAX whose exponentials add up to 512 or more.
 */
export function undefinedInTflm({ nodes, tensors }: IntGraph): boolean {
  const size = (i: number) => elements(tensors[i].shape)
  if (nodes.some(({ op }) => opByKind(op).truth !== 'tflite-micro')) return true
  if (nodes.some(({ op, inputs }) => op === 'softmax' && tensors[inputs[0]].shape.at(-1)! >= 512)) return true
  return nodes.some(({ op, inputs, outputs }) => op === 'spaceToBatchNd' && size(outputs[0]) > size(inputs[0]))
}
