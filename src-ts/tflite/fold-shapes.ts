import type { IntTensor } from '../ir/graph.ts'
import { stridedSlice } from '../ops/strided-slice.ts'
import type { FileNetwork } from './border.ts'
import { noOptions } from './flat-file.ts'
import type { FileNode } from './read-nodes.ts'
import { shapeCode } from './schema.ts'

/** Longest list of sizes that is folded: shapes have few axes. */
const LONGEST = 64

/**
 * Returns the network with computed shapes as constants. Keras writes SHAPE → STRIDED_SLICE → PACK → RESHAPE for a Flatten with a
 * dynamic batch, and SHAPE → STRIDED_SLICE → RESHAPE → CONCATENATION → TRANSPOSE_CONV for a Conv1DTranspose; once the batch is 1, the
 * sizes are known and the nodes that compute them go. Everything else stays as it is.
 */
export function foldShapes(network: FileNetwork): FileNetwork {
  if (!network.nodes.some(node => node.code === shapeCode.shape)) return network
  const tensors = [...network.tensors]
  const nodes = network.nodes.filter(node => {
    const [output] = node.outputs
    const folded = node.outputs.length === 1 && tensors[output]?.type === 'int32' ? sizesOf(node, tensors) : undefined
    if (!folded || folded.length !== elementsOf(tensors[output])) return true
    tensors[output] = { ...tensors[output], data: Int32Array.from(folded) }
    return false
  })
  return { ...network, tensors, nodes }
}

/** The values of a node that reads nothing but shapes and constants; undefined for every other node. */
function sizesOf(node: FileNode, tensors: readonly IntTensor[]): number[] | undefined {
  const inputs = node.inputs.map(i => tensors[i])
  if (inputs.some(t => t === undefined)) return undefined
  if (node.code === shapeCode.shape) return inputs.length === 1 ? [...inputs[0].shape] : undefined
  const values = inputs.map(t => (t.type === 'int32' && t.data && t.data.length <= LONGEST ? t.data : undefined))
  if (values.some(v => v === undefined)) return undefined
  const lists = values.map(v => Array.from(v!, Number))
  if (node.code === shapeCode.pack || node.code === shapeCode.concatenation) {
    // Along the only axis that numbers or lists of numbers have.
    return inputs.every(t => t.shape.length <= 1) ? lists.flat() : undefined
  }
  if (node.code === shapeCode.reshape) return lists[0]
  return node.code === shapeCode.stridedSlice && inputs.length === 4 ? section(node, inputs, lists[0]) : undefined
}

function section(node: FileNode, inputs: readonly IntTensor[], list: readonly number[]): number[] | undefined {
  try {
    const attrs = stridedSlice.tflite.read(node.options ?? noOptions)
    const [shape] = stridedSlice.outputShapes(attrs, inputs)
    const view = { name: 'sizes', attrs, inputs, outputs: [{ ...inputs[0], shape }] }
    const values = new Int32Array(elementsOf({ shape }))
    stridedSlice.reference(stridedSlice.prepare(view), [Int32Array.from(list)], [values])
    return [...values]
  } catch {
    // An odd section stays a node, and the reader says what is wrong with it.
    return undefined
  }
}

function elementsOf({ shape }: Pick<IntTensor, 'shape'>): number {
  return shape.reduce((product, n) => product * n, 1)
}
