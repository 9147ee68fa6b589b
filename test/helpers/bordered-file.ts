import type { IntGraph, IntTensor, Node } from '../../src-ts/ir/graph.ts'
import { ops } from '../../src-ts/ops/index.ts'
import type { Op } from '../../src-ts/ops/op.ts'
import { OperatorSet } from '../../src-ts/ops/operator-set.ts'
import { quantize } from '../../src-ts/ops/quantize.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'

/** What stands at an input or output of a file: the network's own type, or another behind a QUANTIZE or DEQUANTIZE. */
export type FileType = 'own' | 'float32' | 'uint8'

const dequantize = { ...quantize, kind: 'DEQUANTIZE', tflite: { ...quantize.tflite, code: 6 } } as Op
const known = new OperatorSet([...ops, dequantize])

/**
 * Returns the .tflite file that TensorFlow's converter makes of a network with other types at its borders: `types` names them, inputs
 * first. A tensor of int16 gets float32 where uint8 is asked for, an int32 output stays as it is.
 */
export function borderedFile(graph: IntGraph, types: readonly FileType[]): Uint8Array {
  const tensors = [...graph.tensors]
  const before: Node[] = []
  const after: Node[] = []
  const border = (inner: number, wanted: FileType, side: 'input' | 'output', place: number): number => {
    const tensor = tensors[inner]
    if (wanted === 'own' || !(tensor.type === 'int8' || tensor.type === 'int16')) return inner
    const outer = tensors.push(outerTensor(tensor, wanted, `${side} ${place}`)) - 1
    const [from, to] = side === 'input' ? [outer, inner] : [inner, outer]
    const kind = tensors[to].type === 'float32' ? dequantize.kind : quantize.kind
    const node = { name: tensors[to].name, op: kind, attrs: {}, inputs: [from], outputs: [to] }
    if (side === 'input') before.push(node)
    else after.push(node)
    return outer
  }
  const inputs = graph.inputs.map((inner, i) => border(inner, types[i], 'input', i))
  const outputs = graph.outputs.map((inner, i) => border(inner, types[inputs.length + i], 'output', i))
  return writeTflite({ ...graph, tensors, nodes: [...before, ...graph.nodes, ...after], inputs, outputs }, known)
}

function outerTensor({ shape, type, quantization }: IntTensor, wanted: FileType, name: string): IntTensor {
  if (wanted === 'float32' || type === 'int16') return { name, shape, type: 'float32' }
  const { scale, zeroPoint, axis } = quantization!
  return { name, shape, type: 'uint8', quantization: { scale, zeroPoint: zeroPoint.map(z => z + 128), axis } }
}
