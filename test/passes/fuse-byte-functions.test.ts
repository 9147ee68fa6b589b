import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { runIntPasses } from '../../src-ts/passes/int/index.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { difference, flavoursHere, runProgram } from '../../tools/random-networks/run-program.ts'
import { NetworkBuilder } from '../helpers/network-builder.ts'

const test = suite('fuse-byte-functions')

const everyByte = Int8Array.from({ length: 256 }, (_, i) => i)
const kinds = ({ nodes }: IntGraph) => nodes.map(node => node.op)

function silu(b: NetworkBuilder, x: number): number {
  return b.mul(x, b.logistic(x))
}

test('SiLU as LOGISTIC and MUL becomes one table, of the same bytes in every flavour', async () => {
  const b = new NetworkBuilder('silu')
  const graph = b.graph(silu(b, b.input([1, 4, 8, 8])))
  const fused = runIntPasses(graph)
  assert.equal(kinds(fused), ['byteFunction'])
  const expected = rowRunner(graph)(everyByte, 1)
  assert.is(difference(rowRunner(fused)(everyByte, 1), expected), undefined)
  for (const flavour of flavoursHere) {
    const [got] = await runProgram([{ graph: fused, inputs: everyByte, count: 1 }], flavour)
    assert.is(difference(got, expected), undefined, flavour)
  }
})

test('behind a sum of two tensors the function begins at the sum', () => {
  const b = new NetworkBuilder('sum')
  const [x, y] = [b.input([1, 1, 2, 8]), b.input([1, 1, 2, 8])]
  assert.equal(kinds(runIntPasses(b.graph(silu(b, b.hardSwish(b.add(x, y)))))), ['add', 'byteFunction'])
})

test('a gate of another tensor, a factor a channel and one node alone stay', () => {
  const b = new NetworkBuilder('gates')
  const [x, y] = [b.input([1, 1, 2, 8]), b.input([1, 1, 2, 8])]
  const graphs = [b.graph(b.mul(x, b.logistic(y))), b.graph(b.affine(x)), b.graph(b.hardSwish(x))]
  for (const graph of graphs) assert.is(runIntPasses(graph), graph)
})

test('what else is read stays computed', () => {
  const b = new NetworkBuilder('two readers')
  const x = b.input([1, 1, 2, 8])
  const gate = b.logistic(x)
  assert.equal(kinds(runIntPasses(b.graph(b.mul(x, gate), gate))), ['logistic', 'byteFunction'])
})

test.run()
