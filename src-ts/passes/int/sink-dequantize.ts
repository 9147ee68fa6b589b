import type { IntTensor } from '../../ir/graph.ts'
import { expandDims } from '../../ops/expand-dims.ts'
import { pad } from '../../ops/pad.ts'
import { reshape } from '../../ops/reshape.ts'
import { slice } from '../../ops/slice.ts'
import { split } from '../../ops/split.ts'
import { squeeze } from '../../ops/squeeze.ts'
import { stridedSlice } from '../../ops/strided-slice.ts'
import { transpose } from '../../ops/transpose.ts'
import { unpack } from '../../ops/unpack.ts'
import type { Pass } from '../pass.ts'

/** Operators that only move values, and which of their inputs they move. PAD's zeros are the zero point, which is 0 exactly. */
const movers = new Map([
  ...[expandDims, pad, reshape, slice, squeeze, stridedSlice, transpose, unpack].map(op => [op.kind, 0] as const),
  [split.kind, 1] as const,
])

/**
 * Values that are moved as float32 behind a DEQUANTIZE are moved as int8 before it: converters leave the SPLIT of an unrolled LSTM in
 * float32. What then stands side by side, DEQUANTIZE and QUANTIZE, becomes a table or a border.
 */
export const sinkDequantize: Pass<IntTensor> = {
  name: 'sink-dequantize',
  title: 'values that are moved as float32 behind a DEQUANTIZE are moved as integers before it',
  rewrite(draft, node) {
    const moved = movers.get(node.op)
    if (moved === undefined) return false
    const dequantize = draft.producer(node.inputs[moved])
    if (dequantize?.op !== 'DEQUANTIZE' || dequantize.inputs.length !== 1) return false
    const [inner] = dequantize.inputs
    const from = draft.tensor(inner)
    if (from?.type !== 'int8' || !from.quantization) return false
    const outputs = node.outputs.map(i => draft.tensor(i))
    if (outputs.some(t => t?.type !== 'float32')) return false
    const { type, quantization } = from
    const integers = outputs.map(t => draft.add({ name: `${t.name} as ${type}`, shape: t.shape, type, quantization }))
    draft.replace(
      node,
      { ...node, inputs: node.inputs.map((i, k) => (k === moved ? inner : i)), outputs: integers },
      ...node.outputs.map((output, k) => ({
        ...dequantize,
        name: outputs[k].name,
        inputs: [integers[k]],
        outputs: [output],
      })),
    )
    return true
  },
}
