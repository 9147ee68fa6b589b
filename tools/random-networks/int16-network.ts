import { HolterError } from '../../src-ts/errors.ts'
import { type IntGraph, type IntTensor, limits, type Node, type Quantization } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'

type Type = 'int8' | 'int16'

/** Inputs that are int8 beside int16 activations too: weights, and slopes of PRELU. */
const weights: Readonly<Record<string, number>> = {
  conv2d: 1,
  depthwiseConv2d: 1,
  fullyConnected: 1,
  prelu: 1,
  transposeConv: 1,
}
/** Ops for which TFLM reads an int32 bias beside int16 too; the others need int64. */
const eitherBias = ['conv2d', 'fullyConnected']

/**
 * Returns a network of int8 with int16 activations: 256 times as fine, zero points 0, weights as they are. Where an op does not take
 * them, or `stays` says so of a node, it computes in int8 between two QUANTIZE.
 */
export function withInt16(graph: IntGraph, stays: (step: number) => boolean = () => false): IntGraph {
  const tensors: IntTensor[] = []
  const nodes: Node[] = []
  const places: Record<Type, Map<number, number>> = { int8: new Map(), int16: new Map() }
  const place = (i: number, type: Type): number => {
    const tensor = graph.tensors[i]
    const at = tensors.push(type === 'int16' ? wideActivation(tensor) : tensor) - 1
    places[type].set(i, at)
    // Of bool there is one only.
    if (tensor.type === 'bool') places[type === 'int8' ? 'int16' : 'int8'].set(i, at)
    return at
  }
  const get = (i: number, type: Type): number => {
    const known = places[type].get(i)
    if (known !== undefined) return known
    const [other] = [type === 'int8' ? places.int16.get(i) : places.int8.get(i)]
    const output = place(i, type)
    tensors[output] = { ...tensors[output], name: `${tensors[output].name} as ${type}` }
    nodes.push({ name: tensors[output].name, op: 'quantize', attrs: {}, inputs: [other!], outputs: [output] })
    return output
  }
  const inputs = graph.inputs.map(i => place(i, 'int16'))
  for (const [step, node] of graph.nodes.entries()) {
    const read = node.inputs.map(i => (i < 0 ? undefined : graph.tensors[i]))
    const activation = read[node.op === 'transposeConv' ? 2 : 0]!
    const wide = read.map((t, which) => t && wideInput(node.op, t, which, step, activation))
    const written = node.outputs.map(i => graph.tensors[i])
    const type = !stays(step) && takes(node, wide, written.map(wideActivation)) ? 'int16' : 'int8'
    const own = node.inputs.map((i, which) => {
      if (i < 0) return -1
      if (!read[which]!.data) return get(i, type)
      return tensors.push(type === 'int16' ? wide[which]! : read[which]!) - 1
    })
    const outputs = node.outputs.map(i => place(i, type))
    nodes.push({ ...node, inputs: own, outputs })
  }
  const outputs = graph.outputs.map(i => places.int16.get(i) ?? places.int8.get(i)!)
  return { name: `${graph.name}, int16`, tensors, nodes, inputs, outputs }
}

/** Whether no node of a graph had to stay int8, but for comparisons, which give bool of int8 only. */
export function isAllInt16({ tensors, nodes }: IntGraph): boolean {
  const compared = new Set(nodes.filter(n => tensors[n.outputs[0]].type === 'bool').flatMap(n => n.inputs))
  return tensors.every((t, i) => t.type !== 'int8' || t.data || compared.has(i))
}

function takes(node: Node, inputs: readonly (IntTensor | undefined)[], outputs: readonly IntTensor[]): boolean {
  const op = opByKind(node.op)
  if (!op.inputTypes?.includes('int16')) return false
  try {
    op.prepare({ name: node.name, attrs: node.attrs, inputs, outputs })
    return true
  } catch (error) {
    if (error instanceof HolterError) return false
    throw error
  }
}

function wideActivation(tensor: IntTensor): IntTensor {
  if (tensor.type !== 'int8') return tensor
  const { data, quantization } = tensor
  const values =
    data &&
    Int16Array.from(data as Int8Array, q => {
      const wide = (q - quantization!.zeroPoint[0]) * 256
      return Math.max(limits.int16.min, Math.min(limits.int16.max, wide))
    })
  return { ...tensor, type: 'int16', quantization: wideQuantization(quantization!), ...(values && { data: values }) }
}

/**
 * Constants: weights stay, biases become as much finer as the activations beside them (TFLM refuses others), axes and shapes stay,
 * everything else is an operand.
 */
function wideInput(op: string, tensor: IntTensor, which: number, step: number, activation: IntTensor): IntTensor {
  if (weights[op] === which || (tensor.type !== 'int8' && !tensor.quantization)) return tensor
  if (tensor.type !== 'int32') return wideActivation(tensor)
  // Axes and shapes of test cases have the scale 1.
  if (!(op in weights) || (op === 'transposeConv' && which === 0)) return tensor
  const [narrow, wide] = [activation.quantization!, wideQuantization(activation.quantization!)]
  const finer = narrow.scale[0] / wide.scale[0]
  const values = Array.from(tensor.data as Int32Array, bias => Math.round(bias * finer))
  const quantization = { ...tensor.quantization!, scale: tensor.quantization!.scale.map(s => Math.fround(s / finer)) }
  return eitherBias.includes(op) && step % 2
    ? { ...tensor, quantization, data: Int32Array.from(values) }
    : { ...tensor, quantization, type: 'int64', data: BigInt64Array.from(values, BigInt) }
}

/** Equal quantizations stay equal; the fixed ones of LOGISTIC, SOFTMAX and TANH become theirs of int16. */
function wideQuantization({ scale, zeroPoint }: Quantization): Quantization {
  const fixed = (scale[0] === 1 / 256 && zeroPoint[0] === -128) || (scale[0] === 1 / 128 && zeroPoint[0] === 0)
  return { scale: [fixed ? 1 / 32768 : Math.fround(scale[0] / 256)], zeroPoint: [0], axis: 0 }
}
