import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { IntGraph, IntTensor } from '../../src-ts/ir/graph.ts'
import { verifyGraph } from '../../src-ts/ir/verify.ts'

const test = suite('verify graph')

const tensor = (name: string, data?: Int8Array): IntTensor => ({
  name,
  shape: [1, 4],
  type: 'int8',
  ...(data && { data }),
})
const good: IntGraph = {
  name: 'good',
  tensors: [tensor('x'), tensor('w', new Int8Array(4)), tensor('a'), tensor('b')],
  nodes: [
    { name: 'a', op: 'add', attrs: {}, inputs: [0, 1, -1], outputs: [2] },
    { name: 'b', op: 'logistic', attrs: {}, inputs: [2], outputs: [3] },
  ],
  inputs: [0],
  outputs: [3, 0],
}

test('a well-formed graph passes', () => verifyGraph(good, 'passes', 'test'))

test('each fault is named', () => {
  const faults: [Partial<IntGraph>, RegExp][] = [
    [{ inputs: [] }, /no input or no output/],
    [{ inputs: [1] }, /input tensor 1 "w" is a constant/],
    [{ inputs: [0, 0] }, /listed twice/],
    [{ outputs: [4] }, /output tensor 4 does not exist/],
    [{ nodes: good.nodes.toReversed() }, /node "b" reads tensor 2 "a" before it is computed/],
    [{ nodes: [{ ...good.nodes[0], outputs: [1] }] }, /writes tensor 1 "w", which is a constant/],
    [{ nodes: [{ ...good.nodes[0], outputs: [] }] }, /node "a" has no output/],
    [{ nodes: [{ ...good.nodes[0], inputs: [1.5] }] }, /does not exist/],
    [{ nodes: [...good.nodes, good.nodes[1]] }, /which is computed already/],
    [{ tensors: [tensor('x', new Int8Array(3)), ...good.tensors.slice(1)] }, /has 3 values for shape \[1,4\]/],
    [{ tensors: [{ ...good.tensors[0], shape: [1, 0] }, ...good.tensors.slice(1)] }, /impossible shape/],
  ]
  for (const [change, message] of faults) {
    assert.throws(() => verifyGraph({ ...good, ...change }, 'passes', 'test'), message)
  }
})

test.run()
