import { elements, type IntGraph, type Node, type Shape } from '../../ir/graph.ts'
import { averagePool2d } from '../../ops/average-pool2d.ts'
import { concatenation } from '../../ops/concatenation.ts'
import { conv2d } from '../../ops/conv2d.ts'
import { depthwiseConv2d } from '../../ops/depthwise-conv2d.ts'
import { fullyConnected } from '../../ops/fully-connected.ts'
import { opByKind } from '../../ops/index.ts'
import { maxPool2d } from '../../ops/max-pool2d.ts'
import { isOf } from '../../ops/op.ts'
import { pad } from '../../ops/pad.ts'
import { window } from '../../ops/parts/window.ts'
import { slice } from '../../ops/slice.ts'
import { stridedSlice } from '../../ops/strided-slice.ts'

/**
 * How the rows of a node's output follow those of its inputs along time: row i reads the rows i · step + from, and `taps` − 1 more,
 * each `dilation` rows on. `kind` says how the node looks in a stream.
 */
export interface Motion {
  readonly kind: 'rows' | 'convolution' | 'pool' | 'shift'
  readonly step: number
  readonly from: number
  readonly taps: number
  readonly dilation: number
}

/** Rows of a shape [1, …, rows, channels]; undefined where another axis is longer than 1. */
export function rowsOf(shape: Shape): number | undefined {
  return shape.length >= 2 && elements(shape) === shape.at(-1)! * shape.at(-2)! ? shape.at(-2) : undefined
}

/**
 * Returns how a node moves along time, of which `inTime` says what tensors have it; undefined where it needs more than a part of its
 * inputs: it then sees all rows of a window.
 */
export function motionOf(graph: IntGraph, node: Node, inTime: (tensor: number) => boolean): Motion | undefined {
  const { tensors } = graph
  const shape = (tensor: number) => tensors[tensor].shape
  const [x] = node.inputs
  const data = node.inputs.filter(i => i >= 0 && !tensors[i].data)
  const [output] = node.outputs
  const rows = rowsOf(shape(output))
  if (node.outputs.length !== 1 || rows === undefined || !data.every(inTime)) return undefined
  const same = { kind: 'rows', step: 1, from: 0, taps: 1, dilation: 1 } as const
  const op = opByKind(node.op)
  if (op.sameBytes)
    return shape(x).slice(-2).join() === shape(output).slice(-2).join() ? { ...same, kind: 'shift' } : undefined
  if (op.rowwise) return data.every(i => rowsOf(shape(i)) === rows) && node.inputs.every(steady) ? same : undefined
  if (isOf(fullyConnected, node)) return shape(node.inputs[1])[1] === shape(x).at(-1) ? same : undefined
  if (isOf(concatenation, node)) {
    const ofChannels = node.attrs.axis === -1 || node.attrs.axis === shape(output).length - 1
    return ofChannels && data.length === node.inputs.length ? same : undefined
  }
  if (isOf(conv2d, node)) return alongTime('convolution', node.attrs, shape(node.inputs[1]).slice(1, 3))
  if (isOf(depthwiseConv2d, node)) return alongTime('convolution', node.attrs, shape(node.inputs[1]).slice(1, 3))
  if (isOf(maxPool2d, node) || isOf(averagePool2d, node))
    return alongTime('pool', node.attrs, [node.attrs.filterH, node.attrs.filterW])
  if (isOf(pad, node)) return padded()
  if (isOf(slice, node)) return cropped(numbers(1), 1)
  if (isOf(stridedSlice, node)) {
    const { beginMask, shrinkAxisMask } = node.attrs
    const begins = numbers(1).map((n, axis) => (beginMask & (1 << axis) ? 0 : n))
    return shrinkAxisMask || numbers(3).some((n, axis) => n !== 1 && axis !== shape(x).length - 2)
      ? undefined
      : cropped(begins, numbers(3).at(-2)!)
  }
  return undefined

  /** A constant that is the same for every row; what is computed is looked at elsewhere. */
  function steady(tensor: number): boolean {
    return tensor < 0 || !tensors[tensor].data || (shape(tensor).at(-2) ?? 1) === 1
  }

  function numbers(input: number): number[] {
    return Array.from(tensors[node.inputs[input]].data!, Number)
  }

  function alongTime(
    kind: 'convolution' | 'pool',
    attrs: Parameters<typeof window>[0],
    [height, width]: readonly number[],
  ): Motion | undefined {
    if (height !== 1 || shape(x).length !== 4) return undefined
    const w = window(attrs, shape(x), 1, width)
    return { kind, step: w.strideW, from: -w.padLeft, taps: width, dilation: w.dilationW }
  }

  function padded(): Motion | undefined {
    const before = numbers(1).filter((_, i) => i % 2 === 0)
    return shape(x).every((n, axis) => axis === shape(x).length - 2 || n === shape(output)[axis])
      ? { ...same, kind: 'shift', from: -before.at(-2)! }
      : undefined
  }

  /** A section of time that starts at one of `begins`; other axes are whole. */
  function cropped(begins: readonly number[], step: number): Motion | undefined {
    const begin = begins.at(-2)!
    const from = begin < 0 ? begin + rowsOf(shape(x))! : begin
    return step > 0 && shape(x).every((n, axis) => axis === shape(x).length - 2 || n === shape(output)[axis])
      ? { ...same, kind: 'shift', step, from }
      : undefined
  }
}
