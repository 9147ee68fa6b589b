import { elements, type IntGraph } from '../../src-ts/ir/graph.ts'

/** Whether TFLM's bytes for a network depend on memory that it never wrote: borders of SPACE_TO_BATCH_ND. */
export function undefinedInTflm({ nodes, tensors }: IntGraph): boolean {
  const size = (i: number) => elements(tensors[i].shape)
  return nodes.some(({ op, inputs, outputs }) => op === 'spaceToBatchNd' && size(outputs[0]) > size(inputs[0]))
}
