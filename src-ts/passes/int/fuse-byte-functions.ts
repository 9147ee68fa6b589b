import { elements, type IntGraph, type IntTensor, type Node } from '../../ir/graph.ts'
import { byteFunction } from '../../ops/byte-function.ts'
import { opByKind } from '../../ops/index.ts'
import { referenceRunner } from '../../reference/run.ts'
import type { Draft } from '../draft.ts'
import type { Pass } from '../pass.ts'

type IntDraft = Draft<IntTensor>

const everyByte = Int8Array.from({ length: 256 }, (_, i) => i - 128)

/**
 * Nodes that together compute each int8 of one tensor from the int8 in the same place of another become a table of 256 values: SiLU as
 * LOGISTIC and MUL, GELU by tanh, a hard-swish of parts. The table is what the nodes' references give.
 */
export const fuseByteFunctions: Pass<IntTensor> = {
  name: 'fuse-byte-functions',
  title: 'elementwise nodes that depend on one int8 tensor become one table',
  rewrite(draft, node) {
    const found = functionOf(draft, node)
    if (!found) return false
    const table = tableOf(draft, found, node.outputs[0])
    draft.replace(node, { ...node, op: byteFunction.kind, attrs: { table }, inputs: [found.input] })
    return true
  },
}

interface Found {
  /** The tensor that the result is a function of. */
  readonly input: number
  /** The nodes between, in an order in which they run. */
  readonly nodes: readonly Node[]
}

/** Walks back from a node, the last first, while all is elementwise. The furthest tensor that everything comes through is the input. */
function functionOf(draft: IntDraft, node: Node): Found | undefined {
  const nodes: Node[] = []
  const open = new Set(node.outputs)
  let found: Found | undefined
  for (;;) {
    const producers = [...open].flatMap(tensor => draft.producer(tensor) ?? [])
    const next = draft.last(producers)
    if (!next || !isElementwise(draft, next)) return found
    nodes.unshift(next)
    open.delete(next.outputs[0])
    for (const tensor of next.inputs) if (!draft.tensor(tensor).data) open.add(tensor)
    const [input] = open
    if (open.size === 1 && nodes.length > 1) found = { input, nodes: [...nodes] }
  }
}

/** Whether each int8 of the output depends on the int8 in the same place of the inputs alone, everywhere in the same way. */
function isElementwise(draft: IntDraft, { op, inputs, outputs }: Node): boolean {
  const { rowwise, channelwise } = opByKind(op)
  if (!rowwise || !channelwise || outputs.length !== 1) return false
  const count = elements(draft.tensor(outputs[0]).shape)
  return [...inputs, ...outputs].every(index => {
    const { type, shape, data } = draft.tensor(index)
    return type === 'int8' && elements(shape) === (data ? 1 : count)
  })
}

/** The result for all 256 values of the input, by the references of the nodes. */
function tableOf(draft: IntDraft, { input, nodes }: Found, output: number): number[] {
  const used = [...new Set([input, ...nodes.flatMap(node => [...node.inputs, ...node.outputs])])]
  const rank = Math.max(...used.map(index => draft.tensor(index).shape.length))
  const shape = [...Array<number>(rank).fill(1), everyByte.length]
  const number = (index: number) => used.indexOf(index)
  const graph: IntGraph = {
    name: 'function of one byte',
    tensors: used.map(index => (draft.tensor(index).data ? draft.tensor(index) : { ...draft.tensor(index), shape })),
    nodes: nodes.map(node => ({ ...node, inputs: node.inputs.map(number), outputs: node.outputs.map(number) })),
    inputs: [number(input)],
    outputs: [number(output)],
  }
  return Array.from(referenceRunner(graph)([everyByte])[0], Number)
}
