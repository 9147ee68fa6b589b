import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FloatGraph, IntGraph } from '../../src-ts/ir/graph.ts'
import { printGraph } from '../../src-ts/ir/print.ts'

const test = suite('print graph')

const float32 = Math.fround
const network: IntGraph = {
  name: 'tiny',
  tensors: [
    { name: 'x', shape: [1, 3], type: 'int8', quantization: { scale: [float32(0.05)], zeroPoint: [3], axis: 0 } },
    {
      name: 'w',
      shape: [2, 3],
      type: 'int8',
      data: Int8Array.of(1, -2, 3, 0, 0, 0),
      quantization: { scale: [float32(0.1), float32(0.2)], zeroPoint: [0, 0], axis: 0 },
    },
    { name: '', shape: [2], type: 'int32', data: Int32Array.of(7, -8) },
    { name: 'y', shape: [1, 2], type: 'int8', quantization: { scale: [1], zeroPoint: [-128], axis: 0 } },
    { name: 'left over', shape: [9], type: 'int8', data: new Int8Array(9) },
  ],
  nodes: [
    {
      name: 'dense',
      op: 'fullyConnected',
      attrs: { keepNumDims: false, activation: 'relu' },
      inputs: [0, 1, 2, -1],
      outputs: [3],
    },
  ],
  inputs: [0],
  outputs: [3],
}

test('an integer graph', () => {
  assert.snapshot(
    printGraph(network),
    `network tiny
input %0 x: int8 [1, 3] scale 0.05 zero 3

%3 y = fullyConnected(%0, %1, %2, none) (dense)
  activation=relu keepNumDims=false
  %1 w: int8 [2, 3] scale 0.1 to 0.2 #1bcaf20e on axis 0, constant [1, -2, 3, 0, 0, 0]
  %2: int32 [2] constant [7, -8]
  %3 y: int8 [1, 2] scale 1 zero -128

output %3 y
unused %4 left over: int8 [9] constant #3e7077fd
`,
  )
})

test('a real-valued graph', () => {
  const tensors = network.tensors.map(({ name, shape }, i) =>
    i === 1 ? { name, shape, data: Float32Array.of(0.1, 1e-9, 0, 0, 0, 1) } : { name, shape },
  )
  const graph: FloatGraph = { ...network, tensors }
  assert.match(printGraph(graph), '%1 w: [2, 3] constant [0.1, 1e-9, 0, 0, 0, 1]')
})

test('the order in which attributes were set does not show; one changed weight does', () => {
  const attrs = Object.fromEntries(Object.entries(network.nodes[0].attrs).reverse())
  assert.is(printGraph({ ...network, nodes: [{ ...network.nodes[0], attrs }] }), printGraph(network))
  const long = network.tensors.map((tensor, i) => (i === 4 ? { ...tensor, data: new Int8Array(9).fill(1, 8) } : tensor))
  assert.is.not(printGraph({ ...network, tensors: long }), printGraph(network))
})

test.run()
