import type { Attrs, FloatGraph, FloatTensor, Node, Shape } from '../../src-ts/ir/graph.ts'
import { floatOpByKind } from '../../src-ts/passes/float/float-ops.ts'
import { type Random, random } from '../../src-ts/random.ts'

const stride1 = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, padding: 'same', activation: 'none' }

/** Makes a FloatGraph layer by layer; each method returns the tensor of its result. Weights are random, fixed by the seed. */
export class FloatGraphBuilder {
  readonly tensors: FloatTensor[] = []
  readonly nodes: Node[] = []
  readonly stream: Random
  private readonly name: string
  private readonly inputs: number[] = []

  constructor(name: string, seed = 1) {
    this.name = name
    this.stream = random(seed)
  }

  input(shape: Shape): number {
    this.inputs.push(this.tensors.push({ name: 'ecg', shape }) - 1)
    return this.inputs[this.inputs.length - 1]
  }

  node(op: string, attrs: Attrs, inputs: readonly number[]): number {
    const name = `${op}${this.nodes.length}`
    const [shape] = floatOpByKind(op)!.outputShapes(
      attrs,
      inputs.map(i => this.tensors[i]),
    )
    const output = this.tensors.push({ name, shape }) - 1
    this.nodes.push({ name, op, attrs, inputs, outputs: [output] })
    return output
  }

  constant(shape: Shape, low: number, high: number): number {
    const data = Float32Array.from({ length: size(shape) }, () => low + (high - low) * this.stream.uniform())
    return this.tensors.push({ name: `constant${this.tensors.length}`, shape, data }) - 1
  }

  conv(x: number, filters: number, taps: number, attrs: Attrs = {}): number {
    const filter = this.constant([filters, 1, taps, this.channels(x)], -0.5, 0.5)
    return this.node('conv2d', { ...stride1, ...attrs }, [x, filter, this.constant([filters], -0.5, 0.5)])
  }

  dense(x: number, units: number, activation = 'none'): number {
    const weights = this.constant([units, this.channels(x)], -0.5, 0.5)
    return this.node('fullyConnected', { activation, keepNumDims: false }, [x, weights, this.constant([units], -1, 1)])
  }

  /** `gamma` bounds the scale: [0.3, 2] as trained networks have it, [-2, 2] for the hard case. */
  norm(x: number, [low, high]: [number, number] = [0.3, 2]): number {
    const channels = [this.channels(x)]
    const gamma = this.constant(channels, low, high)
    const beta = this.constant(channels, -1, 1)
    const mean = this.constant(channels, -1, 1)
    const variance = this.constant(channels, 0.01, 3)
    return this.node('batchNorm', { epsilon: 1e-3 }, [x, gamma, beta, mean, variance])
  }

  relu(x: number): number {
    return this.node('relu', {}, [x])
  }

  pool(x: number, taps: number, stride: number, padding = 'same'): number {
    const attrs = { filterH: 1, filterW: taps, strideH: 1, strideW: stride, padding, activation: 'none' }
    return this.node('maxPool2d', attrs, [x])
  }

  mean(x: number): number {
    const axes = this.tensors.push({ name: 'axes', shape: [2], data: Int32Array.of(1, 2) }) - 1
    return this.node('mean', { keepDims: false }, [x, axes])
  }

  flatten(x: number): number {
    return this.node('reshape', { newShape: [1, size(this.tensors[x].shape)] }, [x])
  }

  concat(...parts: number[]): number {
    return this.node('concatenation', { axis: this.tensors[parts[0]].shape.length - 1, activation: 'none' }, parts)
  }

  add(a: number, b: number): number {
    return this.node('add', { activation: 'none' }, [a, b])
  }

  finish(...outputs: number[]): FloatGraph {
    return { name: this.name, tensors: this.tensors, nodes: this.nodes, inputs: this.inputs, outputs }
  }

  private channels(x: number): number {
    const { shape } = this.tensors[x]
    return shape[shape.length - 1]
  }
}

/**
 * Networks that hold every place at which a pass has something to do, and places that look like it but are not:
 * batch norm before and after ReLU, through pools, read twice, at an output; ReLUs that cannot be fused.
 */
export function floatGraphs(seed: number): FloatGraph[] {
  const make = (name: string, build: (b: FloatGraphBuilder, x: number) => number[]) => {
    const b = new FloatGraphBuilder(name, seed)
    return b.finish(...build(b, b.input([1, 1, 20, 3])))
  }
  const hard: [number, number] = [-2, 2]
  return [
    make('norm-before-relu', (b, x) => {
      const y = b.relu(b.norm(b.conv(x, 6, 5, { strideW: 2 })))
      return [b.dense(b.mean(b.relu(b.norm(b.conv(y, 4, 3)))), 3)]
    }),
    make('norm-after-relu', (b, x) => {
      const y = b.norm(b.conv(x, 6, 5, { activation: 'relu' }), hard)
      const z = b.norm(b.pool(b.conv(y, 8, 3, { activation: 'relu' }), 2, 2), hard)
      return [b.dense(b.flatten(b.conv(z, 4, 5)), 3)]
    }),
    make('inception', (b, x) => {
      const y = b.norm(b.pool(b.conv(x, 6, 5, { activation: 'relu' }), 2, 2))
      const branches = [
        b.conv(y, 4, 1),
        b.conv(b.conv(y, 4, 1, { activation: 'relu' }), 4, 3),
        b.conv(b.pool(y, 3, 1), 4, 1),
      ]
      const hidden = b.norm(b.dense(b.flatten(b.concat(...branches)), 8, 'relu'))
      return [b.dense(hidden, 3)]
    }),
    make('norm-into-everything', (b, x) => {
      const y = b.norm(b.conv(x, 6, 3, { activation: 'relu' }), hard)
      return [b.dense(b.mean(y), 2), b.dense(b.flatten(y), 2), b.mean(b.conv(y, 3, 3, { padding: 'valid' }))]
    }),
    make('norm-at-output', (b, x) => [b.norm(b.dense(b.mean(x), 5, 'relu'), hard)]),
    make('norm-read-twice', (b, x) => {
      const y = b.conv(x, 3, 3)
      const z = b.norm(y, hard)
      return [b.mean(b.relu(b.add(y, z)))]
    }),
    make('norm-of-input', (b, x) => [b.dense(b.flatten(b.norm(b.norm(x))), 2)]),
    make('relu-left-over', (b, x) => {
      const y = b.conv(x, 3, 3)
      const joined = b.relu(b.concat(y, b.relu(b.relu(y))))
      return [b.flatten(b.flatten(joined))]
    }),
  ]
}

function size(shape: Shape): number {
  return shape.reduce((a, b) => a * b, 1)
}
