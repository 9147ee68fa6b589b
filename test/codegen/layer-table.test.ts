import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layerTable } from '../../src-ts/codegen/layer-table.ts'
import type { IntGraph, IntTensor } from '../../src-ts/ir/graph.ts'

const test = suite('layer table')

const activation = (name: string, shape: number[]): IntTensor => ({
  name,
  shape,
  type: 'int8',
  quantization: { scale: [0.5], zeroPoint: [-3], axis: 0 },
})
const constant = (name: string, shape: number[], data: number[], scale: number[], axis: number): IntTensor => ({
  name,
  shape,
  type: 'int8',
  data: Int8Array.from(data),
  quantization: { scale, zeroPoint: scale.map(() => 0), axis },
})
const bias: IntTensor = {
  name: 'b',
  shape: [2],
  type: 'int32',
  data: Int32Array.of(0, 9),
  quantization: { scale: [1], zeroPoint: [0], axis: 0 },
}
const axes: IntTensor = { name: 'axes', shape: [2], type: 'int32', data: Int32Array.of(1, 2) }
const window = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, padding: 'same', activation: 'none' }

/** Convolution (one dead channel) → depthwise convolution (per tensor, one dead channel) → mean → dense. */
const graph: IntGraph = {
  name: 'small',
  tensors: [
    activation('x', [1, 1, 5, 3]),
    constant('conv/w', [2, 1, 1, 3], [0, 0, 0, 1, 0, 3], [0.25, 0.75], 0),
    bias,
    activation('conv', [1, 1, 5, 2]),
    constant('depthwise/w', [1, 1, 3, 2], [1, 0, 2, 0, 3, 0], [0.125], 0),
    activation('depthwise', [1, 1, 5, 2]),
    axes,
    activation('mean', [1, 2]),
    constant('dense/w', [2, 2], [1, 2, 3, 4], [0.5], 0),
    activation('dense', [1, 2]),
  ],
  nodes: [
    { name: 'conv', op: 'conv2d', attrs: window, inputs: [0, 1, 2], outputs: [3] },
    {
      name: 'depthwise',
      op: 'depthwiseConv2d',
      attrs: { ...window, depthMultiplier: 1 },
      inputs: [3, 4, 2],
      outputs: [5],
    },
    { name: 'mean', op: 'mean', attrs: { keepDims: false }, inputs: [5, 6], outputs: [7] },
    {
      name: 'dense',
      op: 'fullyConnected',
      attrs: { activation: 'none', keepNumDims: false },
      inputs: [7, 8, -1],
      outputs: [9],
    },
  ],
  inputs: [0],
  outputs: [9],
}

test('layers and totals', () => {
  const { layers, ...totals } = layerTable(graph)
  // The bias of two values is shared: it counts once in the total.
  assert.equal(totals, {
    parameters: 6 + 6 + 4 + 2,
    parameterBytes: 6 + 6 + 4 + 2 * 4,
    nonZeroWeights: 2 + 3 + 4,
    macs: 30 + 30 + 4,
  })
  assert.equal(
    layers.map(layer => [
      layer.name,
      layer.macs,
      layer.weights,
      layer.nonZeroWeights,
      layer.biases,
      layer.deadChannels,
    ]),
    [
      ['conv', 30, 6, 2, 2, 1],
      ['depthwise', 30, 6, 3, 2, 1],
      ['mean', 0, 0, 0, 0, 0],
      ['dense', 4, 4, 4, 0, 0],
    ],
  )
  assert.equal(layers[0].scales, { output: { scale: 0.5, zeroPoint: -3 }, weights: [0.25, 0.75] })
  assert.equal(layers[2].scales, { output: { scale: 0.5, zeroPoint: -3 } })
  assert.equal(layers[1].outputShape, [1, 1, 5, 2])
})

test.run()
