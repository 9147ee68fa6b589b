import { HolterError } from '../../errors.ts'
import { arrays, elements, type IntData, type IntGraph, limitsOf } from '../../ir/graph.ts'
import { verifyGraph } from '../../ir/verify.ts'
import { opByKind } from '../../ops/index.ts'
import { random } from '../../random.ts'
import { referenceRunner } from '../../reference/run.ts'

/** Throws HolterError unless the graph is well formed and every shape is what the operator makes of its inputs. */
export function verifyIntGraph(graph: IntGraph, where: string): void {
  verifyGraph(graph, 'passes', where)
  for (const node of graph.nodes) {
    const tensor = (i: number) => graph.tensors[i]
    const got = node.outputs.map(i => `[${tensor(i).shape}]`).join()
    const expected = opByKind(node.op)
      .outputShapes(node.attrs, node.inputs.map(tensor))
      .map(shape => `[${shape}]`)
      .join()
    if (got === expected) continue
    const place = `${where}, node "${node.name}"`
    throw new HolterError({ stage: 'passes', where: place, problem: 'output has the wrong shape', got, expected })
  }
}

/** The bytes of a graph's outputs on a few inputs, to hold rewritten graphs against. */
export class IntProbe {
  private readonly rows: readonly IntData[][]
  private readonly expected: readonly IntData[][]

  /** The first rows are the least and the largest value everywhere, further ones random and the same in every run. */
  constructor(graph: IntGraph, rows: number) {
    this.rows = Array.from({ length: rows }, (_, row) => rowOf(graph, row))
    this.expected = this.outputs(graph)
  }

  /** Throws HolterError, naming `where`, if one value of an output is not what it was. */
  verify(graph: IntGraph, where: string): void {
    const got = this.outputs(graph)
    for (const [row, outputs] of this.expected.entries()) {
      for (const [i, before] of outputs.entries()) {
        const after = got[row][i]
        const at = before.findIndex((value, k) => value !== after[k])
        if (at < 0 && before.length === after.length) continue
        throw new HolterError({
          stage: 'passes',
          where,
          problem: `output "${graph.tensors[graph.outputs[i]].name}" changed its values`,
          got: `${after[at]} at place ${at}`,
          expected: `${before[at]}`,
        })
      }
    }
  }

  private outputs(graph: IntGraph): IntData[][] {
    const run = referenceRunner(graph)
    return this.rows.map(row => run(row))
  }
}

function rowOf(graph: IntGraph, row: number): IntData[] {
  return graph.inputs.map((index, i) => {
    const tensor = graph.tensors[index]
    const { min, max } = limitsOf(tensor)
    const stream = random(row, i)
    const value = () => (row === 0 ? min : row === 1 ? max : min + stream.integer(max - min + 1))
    return new arrays[tensor.type as 'int8'](elements(tensor.shape)).map(value)
  })
}
