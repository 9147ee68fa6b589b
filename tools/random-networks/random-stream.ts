import type { IntGraph, IntTensor, Node } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { type CaseTensor, caseNode } from '../../src-ts/ops/parts/cases.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { withInt16 } from './int16-network.ts'
import { pick, places, sizeIn, zeroOf } from './random-draw.ts'

const SCALE = 0.05
/** Of convolutions: their sums stay inside of 8 bits. */
const WEIGHT_SCALE = 0.004
const unary = ['relu', 'hardSwish', 'logistic', 'tanh', 'elu', 'leakyRelu'] as const

/** A network along time under construction: [1, 1, rows, channels] until a head takes the time away. */
class Line {
  readonly tensors: IntTensor[] = []
  readonly nodes: Node[] = []
  private readonly name: string
  private readonly r: Random
  private readonly padding: 'same' | 'valid'

  constructor(name: string, r: Random, padding: 'same' | 'valid') {
    this.name = name
    this.r = r
    this.padding = padding
  }

  input(rows: number, channels: number): number {
    const drawn = { shape: [1, 1, rows, channels], scale: SCALE, zeroPoint: zeroOf(this.r) }
    return this.place(caseNode(this.name, 'input', {}, [drawn], []).node.inputs[0]!)
  }

  rows = (x: number) => this.tensors[x].shape[2]
  channels = (x: number) => this.tensors[x].shape.at(-1)!

  /** Rows that a filter of so many taps leaves, or fewer than two. */
  private left(x: number, taps: number, dilation: number): number {
    return this.padding === 'same' ? this.rows(x) : this.rows(x) - (taps - 1) * dilation
  }

  convolution(x: number, taps = sizeIn(this.r, 1, 5)): number | undefined {
    const { r } = this
    const stride = pick(r, [1, 1, 2, 2, 3])
    const dilation = stride === 1 ? pick(r, [1, 1, 2, 3]) : 1
    if (this.left(x, taps, dilation) < 4 * stride) return undefined
    const attrs = { strideH: 1, strideW: stride, dilationH: 1, dilationW: dilation, padding: this.padding }
    const depth = this.channels(x)
    if (r.integer(3) === 0) {
      const own = { ...attrs, activation: 'none', depthMultiplier: 1 }
      return this.weighted('depthwiseConv2d', x, own, [1, 1, taps, depth], 3)
    }
    const out = sizeIn(r, 1, 9)
    return this.weighted('conv2d', x, { ...attrs, activation: pick(r, ['none', 'relu']) }, [out, 1, taps, depth], 0)
  }

  pool(x: number): number | undefined {
    const { r } = this
    const filterW = sizeIn(r, 1, 4)
    const strideW = sizeIn(r, 1, 3)
    if (this.left(x, filterW, 1) < 4 * strideW) return undefined
    const attrs = { filterH: 1, filterW, strideH: 1, strideW, padding: this.padding, activation: 'none' }
    return this.op(pick(r, ['maxPool2d', 'averagePool2d']), attrs, [x], this.like(x))
  }

  unary(x: number): number {
    const kind = pick(this.r, unary)
    const out = { logistic: [1 / 256, -128], tanh: [1 / 128, 0] }[kind as string] ?? [SCALE, zeroOf(this.r)]
    return this.op(kind, kind === 'leakyRelu' ? { alpha: 0.125 } : {}, [x], { scale: out[0], zeroPoint: out[1] })
  }

  /** x beside a convolution of it, cut to the rows that the convolution leaves: added, or side by side. */
  branch(x: number): number | undefined {
    const { r } = this
    const taps = sizeIn(r, 1, 4)
    if (this.left(x, taps, 1) < 4) return undefined
    const attrs = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, padding: this.padding, activation: 'none' }
    const depth = this.channels(x)
    const y = this.weighted('conv2d', x, attrs, [depth, 1, taps, depth], 0)
    const cut = this.rows(x) === this.rows(y) ? x : this.crop(x, r.integer(taps), this.rows(y))
    const out = { scale: SCALE, zeroPoint: zeroOf(r) }
    if (r.integer(2)) return this.op(pick(r, ['add', 'sub']), { activation: 'none' }, [cut, y], out)
    const equal = [cut, y].map(part => this.op('quantize', {}, [part], out))
    return this.op('concatenation', { axis: 3, activation: 'none' }, equal, out)
  }

  head(x: number): number {
    const { r } = this
    const kind = pick(
      r,
      this.padding === 'same' ? ['mean', 'reduceMax'] : ['mean', 'mean', 'reduceMax', 'flatten', 'rows'],
    )
    if (kind === 'rows')
      return this.weighted('fullyConnected', x, { activation: 'none', keepNumDims: true }, [3, this.channels(x)], 0)
    const flat =
      kind === 'flatten' ? this.flatten(x) : this.op(kind, { keepDims: false }, [x], this.like(x), [places([1, 2])])
    return this.weighted(
      'fullyConnected',
      flat,
      { activation: 'none', keepNumDims: false },
      [4, this.tensors[flat].shape[1]],
      0,
    )
  }

  private crop(x: number, from: number, rows: number): number {
    const zero = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 }
    const section = [
      [0, 0, from, 0],
      [1, 1, from + rows, this.channels(x)],
      [1, 1, 1, 1],
    ].map(each => places(each))
    return this.op('stridedSlice', zero, [x], this.like(x), section)
  }

  private flatten(x: number): number {
    const newShape = [1, this.rows(x) * this.channels(x)]
    return this.op('reshape', { newShape }, [x], this.like(x), [places(newShape)])
  }

  private weighted(kind: string, x: number, attrs: object, filter: number[], axis: number): number {
    const scale = Array.from({ length: filter[axis] }, (_, i) => WEIGHT_SCALE * (1 + (i % 3) / 3))
    const weights = { shape: filter, scale, axis, constant: 127 }
    const bias = { shape: [filter[axis]], type: 'int32' as const, scale: scale.map(s => s * SCALE), constant: 3000 }
    return this.op(kind, attrs, [x], { scale: SCALE, zeroPoint: zeroOf(this.r) }, [weights, bias])
  }

  private like(x: number) {
    const { scale, zeroPoint } = this.tensors[x].quantization!
    return { scale: scale[0], zeroPoint: zeroPoint[0] }
  }

  private op(
    kind: string,
    attrs: object,
    inputs: readonly number[],
    output: { scale: number; zeroPoint: number },
    constants: readonly CaseTensor[] = [],
  ): number {
    const data = inputs.map(i => ({ shape: this.tensors[i].shape, ...this.like(i) }))
    const [shape] = opByKind(kind).outputShapes(attrs, [...data, ...constants])
    const name = `${this.name} ${this.nodes.length}`
    const { node } = caseNode(name, kind, attrs, [...data, ...constants], [{ shape, ...output }])
    const own = constants.map((_, i) => this.place(node.inputs[inputs.length + i]!))
    const result = this.place({ ...node.outputs[0], name: `${kind} ${this.nodes.length}` })
    this.nodes.push({
      name: this.tensors[result].name,
      op: kind,
      attrs: attrs as never,
      inputs: [...inputs, ...own],
      outputs: [result],
    })
    return result
  }

  private place(tensor: IntTensor): number {
    return this.tensors.push(tensor) - 1
  }
}

/** Returns `randomStream` with int16 activations in three quarters of its nodes. */
export function randomInt16Stream(seed: number): RandomStream {
  const { graph, hop } = randomStream(seed)
  const r = random(seed, 24)
  return { graph: withInt16(graph, () => r.integer(4) === 0), hop }
}

/** A network along time, and a hop for its stream. */
export interface RandomStream {
  readonly graph: IntGraph
  readonly hop: number
}

/**
 * Returns a random network along time: convolutions with stride and dilation, pools, branches that are added or concatenated, pointwise
 * operators, a head that pools over time, is dense, or keeps the rows. With 'same' its rows see borders. The same seed gives the same.
 */
export function randomStream(seed: number, padding: 'same' | 'valid' = 'valid'): RandomStream {
  const r = random(seed, padding === 'same' ? 23 : 22)
  const line = new Line(`stream ${seed}`, r, padding)
  const input = line.input(sizeIn(r, 40, 120), sizeIn(r, 1, 6))
  let x = input
  for (let block = sizeIn(r, 2, 6); block > 0; block--) {
    const next = pick(r, ['convolution', 'convolution', 'pool', 'unary', 'branch'] as const)
    x = line[next](x) ?? x
  }
  const output = line.head(x)
  const { tensors, nodes } = line
  const graph = { name: `stream ${seed}`, tensors, nodes, inputs: [input], outputs: [output] }
  // Rows that go out must be whole steps; else any hop goes.
  const strides = nodes.reduce((all, { attrs }) => all * Number(attrs.strideW ?? 1), 1)
  const hop = tensors[output].shape.length === 4 ? strides * sizeIn(r, 1, 2) : sizeIn(r, 1, 24)
  return { graph, hop: Math.min(hop, tensors[input].shape[2]) }
}
