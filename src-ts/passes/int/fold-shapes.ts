import type { IntTensor, Node } from '../../ir/graph.ts'
import { elements } from '../../ir/graph.ts'
import { concatenation } from '../../ops/concatenation.ts'
import { isOf } from '../../ops/op.ts'
import { pack } from '../../ops/pack.ts'
import { reshape } from '../../ops/reshape.ts'
import { type StridedSliceAttrs, stridedSlice } from '../../ops/strided-slice.ts'
import type { Draft } from '../draft.ts'
import type { Pass } from '../pass.ts'

/** Longest list of sizes that is folded: shapes have few axes. */
const LONGEST = 64

/**
 * Computed shapes become constants. Keras writes SHAPE → STRIDED_SLICE → PACK → RESHAPE for a Flatten with a dynamic batch, and
 * SHAPE → STRIDED_SLICE → RESHAPE → CONCATENATION → TRANSPOSE_CONV for a Conv1DTranspose; once the batch is 1, the sizes are known.
 */
export const foldShapes: Pass<IntTensor> = {
  name: 'fold-shapes',
  title: 'sizes that are computed from shapes become constants',
  rewrite(draft, node) {
    const [output] = node.outputs
    const tensor = draft.tensor(output)
    if (node.outputs.length !== 1 || tensor?.type !== 'int32' || draft.isOutput(output)) return false
    const sizes = sizesOf(draft, node)
    if (!sizes || sizes.length !== elements(tensor.shape)) return false
    draft.change(output, { ...tensor, data: Int32Array.from(sizes) })
    draft.replace(node)
    return true
  },
}

/** The values of a node that reads nothing but shapes and constants; undefined for every other node. */
function sizesOf(draft: Draft<IntTensor>, node: Node): number[] | undefined {
  const inputs = node.inputs.map(i => draft.tensor(i))
  if (inputs.some(t => t === undefined)) return undefined
  if (node.op === 'SHAPE') return inputs.length === 1 ? [...inputs[0].shape] : undefined
  const values = inputs.map(t => (t.type === 'int32' && t.data && t.data.length <= LONGEST ? t.data : undefined))
  if (values.some(v => v === undefined)) return undefined
  const lists = values.map(v => Array.from(v!, Number))
  if (isOf(pack, node) || isOf(concatenation, node)) {
    // Along the only axis that numbers or lists of numbers have.
    return inputs.every(t => t.shape.length <= 1) ? lists.flat() : undefined
  }
  if (isOf(reshape, node)) return lists[0]
  return isOf(stridedSlice, node) && inputs.length === 4 ? section(node.attrs, inputs, lists[0]) : undefined
}

function section(
  attrs: StridedSliceAttrs,
  inputs: readonly IntTensor[],
  list: readonly number[],
): number[] | undefined {
  try {
    const [shape] = stridedSlice.outputShapes(attrs, inputs)
    const view = { name: 'sizes', attrs, inputs, outputs: [{ ...inputs[0], shape }] }
    const values = new Int32Array(elements(shape))
    stridedSlice.reference(stridedSlice.prepare(view), [Int32Array.from(list)], [values])
    return [...values]
  } catch {
    // An odd section stays a node, and the reader says what is wrong with it.
    return undefined
  }
}
