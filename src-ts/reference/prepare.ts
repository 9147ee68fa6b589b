import type { IntGraph } from '../ir/graph.ts'
import { opByKind } from '../ops/index.ts'
import type { Emitter } from '../ops/kernel.ts'
import type { NodeView, Op } from '../ops/op.ts'

/** A node with its op, its tensors and the constants that its arithmetic needs. */
export interface PreparedNode {
  readonly op: Op
  readonly view: NodeView<any>
  readonly constants: unknown
  /** Indices of the inputs that are computed at run time, in order; the others are constants. */
  readonly dataInputs: readonly number[]
  readonly element: Emitter['element']
}

/** Prepares every node of a graph, in order. Throws HolterError where TFLM would refuse a node. */
export function prepareGraph(graph: IntGraph): PreparedNode[] {
  return graph.nodes.map(node => {
    const op = opByKind(node.op)
    const view: NodeView<any> = {
      name: node.name,
      attrs: node.attrs,
      inputs: node.inputs.map(i => (i < 0 ? undefined : graph.tensors[i])),
      outputs: node.outputs.map(i => graph.tensors[i]),
    }
    const dataInputs = node.inputs.filter(i => i >= 0 && !graph.tensors[i].data)
    // FILL of a constant has no data input.
    const wide = graph.tensors[dataInputs[0] ?? node.outputs[0]].type === 'int16'
    const element = wide ? ({ name: 'i16', bytes: 2 } as const) : ({ name: 'i8', bytes: 1 } as const)
    return { op, view, constants: op.prepare(view), dataInputs, element }
  })
}
