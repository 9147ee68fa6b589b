import type { IntTensor, Node } from '../../ir/graph.ts'
import { floatFunction, floatFunctions } from '../../ops/float-function.ts'
import { quantize } from '../../ops/quantize.ts'
import type { Draft } from '../draft.ts'
import type { Pass } from '../pass.ts'

/** What graphs call each function's operator: its kind where ops/ has it, else TFLite's name. */
const names = new Map(floatFunctions.map(({ name, kind }) => [kind ?? name, name]))

/** DEQUANTIZE from int8, operators of one float32, QUANTIZE to int8: together a function of one byte. */
export const fuseFloatFunctions: Pass<IntTensor> = {
  name: 'fuse-float-functions',
  title: 'operators of one float32 between DEQUANTIZE and QUANTIZE become a function of one int8',
  rewrite(draft, node) {
    if (node.op !== quantize.kind || node.inputs.length !== 1 || node.outputs.length !== 1) return false
    if (draft.tensor(node.outputs[0])?.type !== 'int8') return false
    const found = functionsBehind(draft, node.inputs[0])
    if (!found) return false
    draft.replace(node, {
      ...node,
      op: floatFunction.kind,
      attrs: { functions: found.functions },
      inputs: [found.input],
    })
    return true
  },
}

/** Walks back from a float32 tensor to the int8 that it is a function of; the nodes themselves go when nobody else reads them. */
function functionsBehind(draft: Draft<IntTensor>, tensor: number): { input: number; functions: string[] } | undefined {
  const functions: string[] = []
  for (let node = producer(draft, tensor); node; node = producer(draft, node.inputs[0])) {
    const [input] = node.inputs
    if (node.op === 'DEQUANTIZE') {
      const from = draft.tensor(input)
      return from?.type === 'int8' && !from.data ? { input, functions } : undefined
    }
    const name = names.get(node.op)
    if (!name) return undefined
    functions.unshift(name)
  }
  return undefined
}

/** The node of one input and one output that computes a float32 tensor. */
function producer(draft: Draft<IntTensor>, tensor: number): Node | undefined {
  if (draft.tensor(tensor)?.type !== 'float32') return undefined
  const node = draft.producer(tensor)
  return node?.inputs.length === 1 && node.outputs.length === 1 ? node : undefined
}
