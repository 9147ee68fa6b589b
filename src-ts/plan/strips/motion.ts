import type { IntGraph, Shape } from '../../ir/graph.ts'
import { averagePool2d } from '../../ops/average-pool2d.ts'
import { concatenation } from '../../ops/concatenation.ts'
import { conv2d } from '../../ops/conv2d.ts'
import { depthwiseConv2d } from '../../ops/depthwise-conv2d.ts'
import { maxPool2d } from '../../ops/max-pool2d.ts'
import type { Window } from '../../ops/parts/window.ts'
import type { PreparedNode } from '../../reference/prepare.ts'

/** The axis along which strips are cut: the height of planes, the width of what has no height. */
export type StripAxis = 1 | 2

/** Row i of an output reads the rows i · stride − before, and `taps` − 1 more of its inputs, each `dilation` rows on. */
export interface RowMotion {
  readonly stride: number
  readonly before: number
  readonly taps: number
  readonly dilation: number
  /** Byte that stands for rows beyond the input; undefined where no byte can. */
  readonly outside?: number
  /** Inputs whose rows move along; others are the same for all rows. */
  readonly moving: readonly number[]
}

/** Returns the axis along which a tensor can be cut into strips: each row then is one piece of memory. */
export function stripAxis(shape: Shape): StripAxis | undefined {
  if (shape.length !== 4 || shape[0] !== 1) return undefined
  return shape[1] > 1 ? 1 : 2
}

/** Returns how the rows of a node's output follow those of its inputs along an axis; undefined where they do not, or it has only one. */
export function rowMotion(
  { tensors, nodes }: IntGraph,
  step: number,
  { op, constants, dataInputs }: PreparedNode,
  axis: StripAxis,
): RowMotion | undefined {
  const node = nodes[step]
  const { shape } = tensors[node.outputs[0]]
  const cut = (tensor: number) => tensors[tensor].shape.length === 4 && stripAxis(tensors[tensor].shape) === axis
  if (node.outputs.length !== 1 || !dataInputs.length || !cut(node.outputs[0]) || shape[axis] < 2) return undefined
  const same = { stride: 1, before: 0, taps: 1, dilation: 1 }
  if (op.rowwise) {
    const moving = dataInputs.filter(i => cut(i) && tensors[i].shape[axis] === shape[axis])
    const steady = node.inputs.every(i => i < 0 || moving.includes(i) || sizeAlong(tensors[i].shape, axis) === 1)
    return moving.length && steady ? { ...same, moving } : undefined
  }
  if (!node.inputs.slice(0, dataInputs.length).every(cut)) return undefined
  if (op.kind === concatenation.kind) {
    const ofChannels = node.attrs.axis === 3 || node.attrs.axis === -1
    return ofChannels && dataInputs.length === node.inputs.length ? { ...same, moving: dataInputs } : undefined
  }
  const outside = outsideOf(op.kind, constants, tensors[dataInputs[0]].type === 'int16')
  if (outside === null || dataInputs.length !== 1) return undefined
  const w = (constants as { window: Window }).window
  const along =
    axis === 1
      ? { stride: w.strideH, before: w.padTop, taps: w.filterH, dilation: w.dilationH }
      : { stride: w.strideW, before: w.padLeft, taps: w.filterW, dilation: w.dilationW }
  return { ...along, ...(outside !== undefined && { outside }), moving: dataInputs }
}

/** What an operator with a window sees beyond its input; undefined where it counts the taps inside, null where it has no window. */
function outsideOf(kind: string, constants: unknown, int16: boolean): number | undefined | null {
  if (kind === conv2d.kind || kind === depthwiseConv2d.kind) return (constants as { inputZero: number }).inputZero
  // The least value loses against every tap inside. That of int16 is not one byte repeated.
  if (kind === maxPool2d.kind) return int16 ? undefined : -128
  return kind === averagePool2d.kind ? undefined : null
}

/** Size of a shape along an axis of four, as broadcasting aligns it: from the right. */
function sizeAlong(shape: Shape, axis: StripAxis): number {
  return shape.at(axis - 4) ?? 1
}
