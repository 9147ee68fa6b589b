import type { IntGraph, IntTensor, Node } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { type CaseTensor, caseNode } from '../../src-ts/ops/parts/cases.ts'

const ZERO = -5

/** Builds networks of known architectures with random weights. Activations get scales that keep values inside of 8 bits. */
export class NetworkBuilder {
  private readonly name: string
  private readonly tensors: IntTensor[] = []
  private readonly nodes: Node[] = []
  private readonly inputs: number[] = []

  constructor(name: string) {
    this.name = name
  }

  input(shape: readonly number[], scale = 0.03): number {
    const { node } = caseNode(this.name, 'input', {}, [{ shape, scale, zeroPoint: ZERO }], [])
    this.inputs.push(this.place(node.inputs[0]!))
    return this.inputs.at(-1)!
  }

  conv(
    x: number,
    channels: number,
    filter: [number, number],
    stride: number | [number, number],
    activation = 'relu',
    padding = 'same',
  ) {
    const [strideH, strideW] = [stride].flat().length === 2 ? (stride as [number, number]) : [stride, stride]
    const depth = this.tensors[x].shape[3]
    const attrs = { strideH, strideW, dilationH: 1, dilationW: 1, padding, activation }
    return this.weighted('conv2d', x, attrs, [channels, ...filter, depth], 0, filter[0] * filter[1] * depth)
  }

  depthwise(x: number, filter: [number, number], stride: number, activation = 'relu', padding = 'same') {
    const depth = this.tensors[x].shape[3]
    const strides = { strideH: filter[0] === 1 ? 1 : stride, strideW: stride, dilationH: 1, dilationW: 1 }
    const attrs = { ...strides, padding, activation, depthMultiplier: 1 }
    return this.weighted('depthwiseConv2d', x, attrs, [1, ...filter, depth], 3, filter[0] * filter[1])
  }

  dense(x: number, units: number, activation = 'none') {
    const depth = this.tensors[x].shape.at(-1)!
    return this.weighted('fullyConnected', x, { activation, keepNumDims: false }, [units, depth], 0, depth)
  }

  averagePool(x: number, filterH: number, filterW: number) {
    const attrs = { filterH, filterW, strideH: filterH, strideW: filterW, padding: 'valid', activation: 'none' }
    return this.op('averagePool2d', attrs, [x], this.quantizationOf(x))
  }

  mean(x: number) {
    const axes = { shape: [2], scale: 1, type: 'int32' as const, data: Int32Array.of(1, 2) }
    return this.op('mean', { keepDims: false }, [x], this.quantizationOf(x), [axes])
  }

  /** A factor and an offset for each channel, as converters leave a batch norm behind a ReLU. */
  affine(x: number) {
    const shape = [this.tensors[x].shape.at(-1)!]
    const { scale } = this.quantizationOf(x)
    const attrs = { activation: 'none' }
    const product = this.op('mul', attrs, [x], { scale, zeroPoint: ZERO }, [{ shape, scale: 0.01, constant: 127 }])
    return this.op('add', attrs, [product], { scale: 2 * scale, zeroPoint: ZERO }, [{ shape, scale, constant: 127 }])
  }

  pad(x: number, before: number, after: number) {
    const paddings = {
      shape: [4, 2],
      scale: 1,
      type: 'int32' as const,
      data: Int32Array.of(0, 0, 0, 0, before, after, 0, 0),
    }
    return this.op('pad', {}, [x], this.quantizationOf(x), [paddings])
  }

  /** Along the channels; all parts get the scale of the first. */
  concat(...parts: number[]) {
    const { quantization } = this.tensors[parts[0]]
    for (const part of parts) this.tensors[part] = { ...this.tensors[part], quantization }
    return this.op('concatenation', { axis: 3, activation: 'none' }, parts, this.quantizationOf(parts[0]))
  }

  flatten(x: number) {
    const size = this.tensors[x].shape.reduce((a, b) => a * b, 1)
    return this.op('reshape', { newShape: [1, size] }, [x], this.quantizationOf(x))
  }

  add(a: number, b: number, activation = 'relu') {
    return this.op('add', { activation }, [a, b], { scale: 0.06, zeroPoint: ZERO })
  }

  /** Along time. */
  maxPool(x: number, filterW: number, strideW: number, padding = 'same') {
    const attrs = { filterH: 1, filterW, strideH: 1, strideW, padding, activation: 'none' }
    return this.op('maxPool2d', attrs, [x], this.quantizationOf(x))
  }

  hardSwish(x: number) {
    return this.op('hardSwish', {}, [x], { scale: 0.05, zeroPoint: ZERO })
  }

  logistic(x: number) {
    return this.op('logistic', {}, [x], { scale: 1 / 256, zeroPoint: -128 })
  }

  mul(a: number, b: number) {
    return this.op('mul', { activation: 'none' }, [a, b], { scale: 0.06, zeroPoint: ZERO })
  }

  /** Brings all to one scale first: what lies side by side must mean the same. */
  concatRescaled(parts: readonly number[], axis: number) {
    const common = { scale: 0.07, zeroPoint: ZERO }
    const equal = parts.map(x => this.op('quantize', {}, [x], common))
    return this.op('concatenation', { axis, activation: 'none' }, equal, common)
  }

  shapeOf(x: number) {
    return this.tensors[x].shape
  }

  softmax(x: number) {
    return this.op('softmax', { beta: 1 }, [x], { scale: 1 / 256, zeroPoint: -128 })
  }

  graph(...outputs: number[]): IntGraph {
    const { name, tensors, nodes, inputs } = this
    return { name, tensors, nodes, inputs, outputs }
  }

  private weighted(kind: string, x: number, attrs: object, filter: number[], axis: number, fanIn: number) {
    const inScale = this.tensors[x].quantization!.scale[0]
    const scale = Array.from({ length: filter[axis] }, (_, i) => 0.004 * (1 + (i % 7) / 7))
    const bias = { shape: [filter[axis]], type: 'int32' as const, scale: scale.map(s => s * inScale), constant: 3000 }
    const weights = { shape: filter, scale, axis, constant: 127 }
    // Weights and inputs are uniform: sums of `fanIn` products spread by 73 · 73 · √fanIn steps.
    const outScale = (inScale * 0.006 * 73 * 73 * Math.sqrt(fanIn)) / 60
    return this.op(kind, attrs, [x], { scale: outScale, zeroPoint: ZERO }, [weights, bias])
  }

  private op(
    kind: string,
    attrs: object,
    inputs: number[],
    output: { scale: number; zeroPoint: number },
    constants: CaseTensor[] = [],
  ) {
    const data = inputs.map(i => ({ shape: this.tensors[i].shape, ...this.quantizationOf(i) }))
    const [shape] = opByKind(kind).outputShapes(attrs, [...data, ...constants])
    const name = `${this.name} ${this.nodes.length}`
    const { node } = caseNode(name, kind, attrs, [...data, ...constants], [{ shape, ...output }])
    const own = constants.map((_, i) => this.place(node.inputs[inputs.length + i]!))
    const result = this.place({ ...node.outputs[0], name })
    this.nodes.push({ name, op: kind, attrs: attrs as never, inputs: [...inputs, ...own], outputs: [result] })
    return result
  }

  private place(tensor: IntTensor): number {
    return this.tensors.push({ ...tensor, name: `${tensor.name} ${this.tensors.length}` }) - 1
  }

  private quantizationOf(i: number) {
    const { scale, zeroPoint } = this.tensors[i].quantization!
    return { scale: scale[0], zeroPoint: zeroPoint[0] }
  }
}
