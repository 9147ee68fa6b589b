import type { layers } from '@tensorflow/tfjs-layers'
import { elements } from '../ir/graph.ts'
import type { Exporting } from './exporting.ts'

type Layer = layers.Layer
type Exporter = (layer: Layer, to: Exporting) => number

/** The layers that export knows, by their Keras class name: one entry each, which returns the tensor of its result. */
export const exporters: Readonly<Record<string, Exporter>> = {
  InputLayer: (_, to) => to.placeholder(),

  Conv1D(layer, to) {
    const { kernelSize, strides, dilationRate, padding, dataFormat, activation } = settings(layer)
    const [x] = to.inputShapes
    if (padding !== 'same' && padding !== 'valid') to.refuse(`padding ${padding}`)
    if (dataFormat === 'channelsFirst') to.refuse('channels first')
    const [kernel, bias] = weights(layer)
    const taps = first(kernelSize)
    const inC = x[x.length - 1]
    const outC = to.outputShape[to.outputShape.length - 1]
    const filter = transposed(kernel, taps * inC, outC)
    const constants = [to.constant('kernel', [outC, 1, taps, inC], filter)]
    if (bias) constants.push(to.constant('bias', [outC], bias))
    const attrs = {
      strideH: 1,
      strideW: first(strides),
      dilationH: 1,
      dilationW: first(dilationRate ?? 1),
      padding,
      activation: fused(activation, to),
    }
    return to.node('conv2d', attrs, [...to.inputs, ...constants])
  },

  Dense(layer, to) {
    const { activation } = settings(layer)
    const [x] = to.inputShapes
    if (x.length !== 2) to.refuse(`input has shape [${x.slice(1)}]; flatten or pool it first`)
    const [kernel, bias] = weights(layer)
    const inC = x[x.length - 1]
    const outC = to.outputShape[to.outputShape.length - 1]
    const constants = [to.constant('kernel', [outC, inC], transposed(kernel, inC, outC))]
    if (bias) constants.push(to.constant('bias', [outC], bias))
    return to.node('fullyConnected', { activation: fused(activation, to), keepNumDims: false }, [
      ...to.inputs,
      ...constants,
    ])
  },

  BatchNormalization(layer, to) {
    const { axis, epsilon, scale, center } = settings(layer)
    const [x] = to.inputShapes
    const channels = x[x.length - 1]
    if (axis !== -1 && axis !== kerasRank(x) - 1) to.refuse(`axis ${axis}, not the last`)
    const stored = weights(layer)
    const gamma = scale === false ? new Float32Array(channels).fill(1) : stored.shift()!
    const beta = center === false ? new Float32Array(channels) : stored.shift()!
    const [mean, variance] = stored
    const constants = Object.entries({ gamma, beta, mean, variance }).map(([role, data]) =>
      to.constant(role, [channels], data),
    )
    return to.node('batchNorm', { epsilon }, [...to.inputs, ...constants])
  },

  Activation(layer, to) {
    const { activation } = settings(layer)
    if (activation === 'sigmoid' && !to.last) return to.node('logistic', {}, to.inputs)
    const kind = fused(activation, to)
    if (kind === 'relu6') to.refuse('relu6 as a layer of its own; name it as the activation of the layer before')
    return kind === 'relu' ? to.node('relu', {}, to.inputs) : to.inputs[0]
  },

  ReLU(layer, to) {
    const { maxValue } = settings(layer)
    if (maxValue !== undefined && maxValue !== null) to.refuse(`a largest value of ${maxValue}`)
    return to.node('relu', {}, to.inputs)
  },

  MaxPooling1D(layer, to) {
    const { poolSize, strides, padding } = settings(layer)
    if (padding !== 'same' && padding !== 'valid') to.refuse(`padding ${padding}`)
    const attrs = {
      filterH: 1,
      filterW: first(poolSize),
      strideH: 1,
      strideW: first(strides ?? poolSize),
      padding,
      activation: 'none',
    }
    return to.node('maxPool2d', attrs, to.inputs)
  },

  GlobalAveragePooling1D(_, to) {
    const axes = to.constant('axes', [2], Int32Array.of(1, 2))
    return to.node('mean', { keepDims: false }, [...to.inputs, axes])
  },

  GlobalMaxPooling1D(_, to) {
    const axes = to.constant('axes', [2], Int32Array.of(1, 2))
    return to.node('reduceMax', { keepDims: false }, [...to.inputs, axes])
  },

  Flatten(_, to) {
    const newShape = [1, elements(to.inputShapes[0])]
    return to.node('reshape', { newShape }, to.inputs)
  },

  Concatenate(layer, to) {
    const { axis } = settings(layer)
    const rank = kerasRank(to.inputShapes[0])
    const fromEnd = axis < 0 ? axis : axis - rank
    return to.node('concatenation', { axis: to.outputShape.length + fromEnd, activation: 'none' }, to.inputs)
  },

  Add(_, to) {
    if (to.inputShapes.some(shape => shape.join() !== to.outputShape.join())) to.refuse('inputs of different shapes')
    return to.inputs.slice(1).reduce((sum, term) => to.node('add', { activation: 'none' }, [sum, term]), to.inputs[0])
  },

  Multiply(_, to) {
    if (to.inputShapes.some(shape => shape.length !== to.outputShape.length)) to.refuse('inputs of different rank')
    return to.inputs
      .slice(1)
      .reduce((product, factor) => to.node('mul', { activation: 'none' }, [product, factor]), to.inputs[0])
  },

  Reshape(_, to) {
    return to.node('reshape', { newShape: [...to.outputShape] }, to.inputs)
  },

  // Over the last axis: tfjs has no other.
  Softmax(_, to) {
    return to.node('softmax', { beta: 1 }, to.inputs)
  },

  Dot(layer, to) {
    const { axes, normalize } = settings(layer)
    if (normalize) to.refuse('normalized')
    if (to.inputShapes.some(shape => kerasRank(shape) !== 3)) to.refuse('an operand is no matrix')
    const [a, b] = Array.isArray(axes) ? axes : [axes, axes]
    const attrs = { adjX: fromStart(a) === 1, adjY: fromStart(b) === 2 }
    return to.node('batchMatmul', attrs, to.inputs)
  },

  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianNoise: identity,
}

/** Layers that do something in training only. */
function identity(_: Layer, to: Exporting): number {
  return to.inputs[0]
}

function settings(layer: Layer): Record<string, any> {
  return layer.getConfig()
}

function weights(layer: Layer): Float32Array[] {
  return layer.getWeights().map(tensor => Float32Array.from(tensor.dataSync()))
}

/** Returns TFLite's name of a layer's activation. */
function fused(activation: string | undefined, to: Exporting): 'none' | 'relu' | 'relu6' {
  if (activation === 'relu' || activation === 'relu6') return activation
  // AUC and thresholds are taken on logits, and int8 logits keep more than int8 probabilities.
  if (activation === 'sigmoid' && to.last) return 'none'
  if (activation && activation !== 'linear') {
    to.refuse(activation === 'sigmoid' ? 'a sigmoid that is not at the end' : `activation ${activation}`)
  }
  return 'none'
}

/** Returns a [rows, columns] matrix as [columns, rows]: Keras has output channels last, TFLite first. */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]
  return out
}

/** Rank that Keras sees, its batch axis included: [1, 1, T, C] is its [null, T, C]. */
function kerasRank(shape: readonly number[]): number {
  return shape.length === 4 ? 3 : shape.length
}

/** An axis of a Keras tensor [null, rows, columns], counted from the start. */
function fromStart(axis: number): number {
  return axis < 0 ? axis + 3 : axis
}

function first(value: number | readonly number[]): number {
  return typeof value === 'number' ? value : value[0]
}
