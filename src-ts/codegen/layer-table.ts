import { type IntGraph, type IntTensor, type Quantization, type Shape, tensorBytes } from '../ir/graph.ts'
import { opByKind } from '../ops/index.ts'

/** One node of a network as `holter inspect` shows it. */
export interface Layer {
  readonly name: string
  readonly op: string
  readonly outputShape: Shape
  /** Multiply-accumulates of one inference. */
  readonly macs: number
  /** Number of int8 and int16 constants. */
  readonly weights: number
  readonly nonZeroWeights: number
  /** Number of int32 and int64 constants that are added. */
  readonly biases: number
  /** Output channels whose weights are all zero: their output is a constant. */
  readonly deadChannels: number
  readonly scales: {
    /** Of the first output; absent where it has none. */
    readonly output?: { readonly scale: number; readonly zeroPoint: number }
    /** Smallest and largest scale of the weights; absent without weights. */
    readonly weights?: readonly [number, number]
  }
}

export interface LayerTable {
  /** Weights and biases. A constant that several nodes share counts once here, and in each of their layers. */
  readonly parameters: number
  /** Of these in the .tflite file. */
  readonly parameterBytes: number
  readonly nonZeroWeights: number
  readonly macs: number
  readonly layers: readonly Layer[]
}

/** Returns what a network consists of, node by node, and the totals. */
export function layerTable(graph: IntGraph): LayerTable {
  const layers = graph.nodes.map((node): Layer => {
    const inputs = node.inputs.map(i => (i < 0 ? undefined : graph.tensors[i]))
    const outputs = node.outputs.map(i => graph.tensors[i])
    const macs = opByKind(node.op).macs({ name: node.name, attrs: node.attrs, inputs, outputs })
    const constants = inputs.filter(tensor => tensor?.data !== undefined) as IntTensor[]
    const weights = constants.filter(isWeights)
    const scales = weights.flatMap(tensor => [...(tensor.quantization?.scale ?? [])])
    return {
      name: node.name,
      op: node.op,
      outputShape: outputs[0].shape,
      macs,
      weights: total(weights.map(count)),
      nonZeroWeights: total(weights.map(nonZeros)),
      biases: total(constants.filter(isBias).map(count)),
      deadChannels: macs > 0 ? total(weights.map(tensor => deadChannels(tensor, outputs[0].shape))) : 0,
      scales: {
        ...(outputs[0].quantization && { output: first(outputs[0].quantization) }),
        ...(scales.length && {
          weights: [scales.reduce((a, b) => Math.min(a, b)), scales.reduce((a, b) => Math.max(a, b))] as const,
        }),
      },
    }
  })
  const used = [...new Set(graph.nodes.flatMap(node => node.inputs))].filter(i => i >= 0).map(i => graph.tensors[i])
  const weights = used.filter(isWeights)
  const parameters = [...weights, ...used.filter(isBias)]
  return {
    parameters: total(parameters.map(count)),
    parameterBytes: total(parameters.map(tensorBytes)),
    nonZeroWeights: total(weights.map(nonZeros)),
    macs: total(layers.map(layer => layer.macs)),
    layers,
  }
}

const isWeights = ({ type, data }: IntTensor) => (type === 'int8' || type === 'int16') && data !== undefined
/** Axes and shapes are integers too, but nobody gives them a scale. */
const isBias = ({ type, data, quantization }: IntTensor) =>
  (type === 'int32' || type === 'int64') && data !== undefined && quantization !== undefined

const first = ({ scale, zeroPoint }: Quantization) => ({ scale: scale[0], zeroPoint: zeroPoint[0] })
const count = ({ data }: IntTensor) => data!.length
const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

function nonZeros({ data }: IntTensor): number {
  let found = 0
  for (const value of data as Int8Array) if (value !== 0) found++
  return found
}

function deadChannels({ data, shape, quantization }: IntTensor, output: Shape): number {
  const axis = channelAxis(shape, quantization, output)
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const alive = new Uint8Array(shape[axis])
  for (const [i, value] of (data as Int8Array).entries())
    if (value !== 0) alive[Math.floor(i / inner) % shape[axis]] = 1
  return alive.length - total(Array.from(alive))
}

/** The axis of the output channels: TFLite says it where weights are per channel; else it is the first, or the last of [1, H, W, C]. */
function channelAxis(shape: Shape, quantization: Quantization | undefined, output: Shape): number {
  if (quantization && quantization.scale.length > 1) return quantization.axis
  const last = shape.length - 1
  return shape[0] === 1 && shape[last] === output[output.length - 1] ? last : 0
}
