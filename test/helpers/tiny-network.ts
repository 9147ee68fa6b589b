import { type CompiledModel, toModel } from '../../src-ts/engines/model.ts'
import type { IntGraph, IntTensor } from '../../src-ts/ir/graph.ts'

/**
 * A network of six nodes with a branch, small enough to read its kernels:
 * conv → (conv 1×1, max pool) → concatenation → reshape → dense.
 */
export function tinyNetwork(): IntGraph {
  const tensors: IntTensor[] = []
  const add = (tensor: IntTensor) => tensors.push(tensor) - 1
  const quantization = (scale: number, zeroPoint: number) => ({
    scale: [Math.fround(scale)],
    zeroPoint: [zeroPoint],
    axis: 0,
  })
  const activation = (name: string, shape: number[], scale: number, zeroPoint: number) =>
    add({ name, shape, type: 'int8', quantization: quantization(scale, zeroPoint) })
  const ramp = (n: number, step: number) => Int8Array.from({ length: n }, (_, i) => ((i * step) % 255) - 127)
  const weights = (name: string, shape: number[], step: number) => {
    const scale = Array.from({ length: shape[0] }, (_, i) => Math.fround(0.01 * (i + 1)))
    const count = shape.reduce((a, b) => a * b, 1)
    return add({
      name,
      shape,
      type: 'int8',
      quantization: { scale, zeroPoint: scale.map(() => 0), axis: 0 },
      data: ramp(count, step),
    })
  }
  const bias = (name: string, n: number) => {
    const data = Int32Array.from({ length: n }, (_, i) => 100 * i - 50)
    return add({
      name,
      shape: [n],
      type: 'int32',
      quantization: { scale: data.reduce<number[]>(s => [...s, 0.001], []), zeroPoint: Array(n).fill(0), axis: 0 },
      data,
    })
  }
  const window = { strideH: 1, strideW: 1, padding: 'same', activation: 'none' }
  const x = activation('ecg', [1, 1, 8, 2], 0.05, -3)
  const a = activation('features', [1, 1, 4, 4], 0.1, -128)
  const b = activation('mixed', [1, 1, 4, 2], 0.1, -128)
  const c = activation('largest', [1, 1, 4, 4], 0.1, -128)
  const d = activation('joined', [1, 1, 4, 6], 0.1, -128)
  const e = activation('flat', [1, 24], 0.1, -128)
  const f = activation('logits', [1, 3], 0.2, 4)
  return {
    name: 'tiny',
    tensors,
    nodes: [
      {
        name: 'features',
        op: 'conv2d',
        attrs: { ...window, strideW: 2, dilationH: 1, dilationW: 1, activation: 'relu' },
        inputs: [x, weights('w1', [4, 1, 3, 2], 37), bias('b1', 4)],
        outputs: [a],
      },
      {
        name: 'mixed',
        op: 'conv2d',
        attrs: { ...window, dilationH: 1, dilationW: 1 },
        inputs: [a, weights('w2', [2, 1, 1, 4], 53), bias('b2', 2)],
        outputs: [b],
      },
      { name: 'largest', op: 'maxPool2d', attrs: { ...window, filterH: 1, filterW: 3 }, inputs: [a], outputs: [c] },
      { name: 'joined', op: 'concatenation', attrs: { axis: 3, activation: 'none' }, inputs: [b, c], outputs: [d] },
      { name: 'flat', op: 'reshape', attrs: { newShape: [1, 24] }, inputs: [d], outputs: [e] },
      {
        name: 'logits',
        op: 'fullyConnected',
        attrs: { activation: 'none', keepNumDims: false },
        inputs: [e, weights('w3', [3, 24], 29), bias('b3', 3)],
        outputs: [f],
      },
    ],
    inputs: [x],
    outputs: [f],
  }
}

/** The same as a model, written and read back: a file holds scales as float32. */
export function tinyModel(): CompiledModel {
  const graph = tinyNetwork()
  const tensors = graph.tensors.map(({ quantization, ...rest }) => ({
    ...rest,
    ...(quantization && { quantization: { ...quantization, scale: quantization.scale.map(Math.fround) } }),
  }))
  return toModel({ ...graph, tensors }, 'tiny')
}
