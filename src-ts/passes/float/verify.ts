import type { Tensor } from '@tensorflow/tfjs-core'
import { HolterError } from '../../errors.ts'
import type { FloatGraph } from '../../ir/graph.ts'
import { verifyGraph } from '../../ir/verify.ts'
import { ops } from '../../ops/index.ts'
import type { Backend } from '../../ops/op.ts'
import { evaluateFloat } from './evaluate.ts'
import { floatOpByKind } from './float-ops.ts'

/** Throws HolterError unless the graph is well formed, its operators are known and every shape is what the operator makes of its inputs. */
export function verifyFloatGraph(graph: FloatGraph, where: string): void {
  verifyGraph(graph, 'passes', where)
  for (const node of graph.nodes) {
    const fail = (problem: string, got: string, expected?: string): never => {
      throw new HolterError({ stage: 'passes', where: `${where}, node "${node.name}"`, problem, got, expected })
    }
    const op = floatOpByKind(node.op) ?? fail('no such operator', node.op)
    const shapes = op.outputShapes(
      node.attrs,
      node.inputs.map(i => graph.tensors[i]),
    )
    const got = node.outputs.map(i => `[${graph.tensors[i].shape}]`).join()
    const expected = shapes.map(shape => `[${shape}]`).join()
    if (got !== expected) fail('output has the wrong shape', got, expected)
  }
}

/** Throws HolterError if a kind is left that is only allowed before the passes. */
export function verifyLowered(graph: FloatGraph, where: string): void {
  const left = graph.nodes.filter(node => !ops.some(op => op.kind === node.op))
  if (left.length === 0) return
  throw new HolterError({
    stage: 'passes',
    where,
    problem: `no pass could turn these nodes into operators: ${left.map(node => `${node.name} (${node.op})`).join(', ')}`,
  })
}

/** Largest difference allowed, relative to the range of an output: float32 sums in another order stay ten times below it. */
const TOLERANCE = 1e-4

/** Values of a graph on a few inputs, to hold rewritten graphs against. */
export class Probe {
  private readonly tf: Backend
  private readonly inputs: readonly Tensor[]
  private readonly expected: readonly Float32Array[]

  constructor(tf: Backend, graph: FloatGraph, inputs: readonly Tensor[]) {
    this.tf = tf
    this.inputs = inputs
    this.expected = this.outputs(graph)
  }

  /** Throws HolterError, naming `where`, if an output of the graph is not what it was. */
  verify(graph: FloatGraph, where: string): void {
    const got = this.outputs(graph)
    this.expected.forEach((before, i) => {
      const range =
        before.reduce((a, b) => Math.max(a, b), -Infinity) - before.reduce((a, b) => Math.min(a, b), Infinity)
      const worst = before.reduce((most, value, k) => Math.max(most, Math.abs(value - got[i][k])), 0)
      if (worst <= TOLERANCE * (range || 1)) return
      throw new HolterError({
        stage: 'passes',
        where,
        problem: `output "${graph.tensors[graph.outputs[i]].name}" changed its values`,
        got: `a difference of ${worst.toPrecision(3)} in a range of ${range.toPrecision(3)}`,
        expected: `at most ${TOLERANCE} of the range`,
      })
    })
  }

  private outputs(graph: FloatGraph): Float32Array[] {
    const tensors = evaluateFloat(this.tf, graph, this.inputs)
    const values = tensors.map(tensor => Float32Array.from(tensor.dataSync()))
    for (const tensor of tensors) tensor.dispose()
    return values
  }
}
