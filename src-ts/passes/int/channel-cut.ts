import { arrays, elements, type IntData, type IntTensor, type Node } from '../../ir/graph.ts'
import { concatenation } from '../../ops/concatenation.ts'
import { conv2d } from '../../ops/conv2d.ts'
import { opByKind } from '../../ops/index.ts'
import { isOf, type NodeView } from '../../ops/op.ts'
import { quantizationOf } from '../../ops/parts/channels.ts'
import { readsPadding, window } from '../../ops/parts/window.ts'
import { reshape } from '../../ops/reshape.ts'
import { squeeze } from '../../ops/squeeze.ts'
import type { Draft } from '../draft.ts'

/** Channels of a tensor: element i of its last axis belongs to channel i mod `count`. */
export interface Channels {
  readonly tensor: number
  readonly count: number
  /** The value, at every position, of the channels that are constant. */
  readonly values: ReadonlyMap<number, number>
}

/** What can be taken out of a tensor and of everything that reads it, with the same results. */
export interface Cut {
  readonly droppable: ReadonlySet<number>
  /** Takes channels out, all of them droppable. To be called once, and before anything else changes. */
  drop(gone: ReadonlySet<number>): void
}

const nothing: Cut = { droppable: new Set(), drop() {} }

/**
 * Returns which constant channels every reader of a tensor can do without, followed to the layers that mix channels: there a constant
 * becomes part of the bias. `visited` are nodes that were met on another way: what two ways lead to stays as it is.
 */
export function channelCut(draft: Draft<IntTensor>, channels: Channels, visited = new Set<Node>()): Cut {
  const { tensor, count, values } = channels
  if (draft.isOutput(tensor)) return nothing
  const cuts = draft.consumers(tensor).map(node => {
    if (visited.has(node)) return nothing
    visited.add(node)
    return readerCut(draft, node, channels, visited)
  })
  const { shape } = draft.tensor(tensor)
  return {
    droppable: new Set([...values.keys()].filter(channel => cuts.every(cut => cut.droppable.has(channel)))),
    drop(gone) {
      const last = (shape[shape.length - 1] / count) * (count - gone.size)
      draft.change(tensor, { ...draft.tensor(tensor), shape: [...shape.slice(0, -1), last] })
      for (const cut of cuts) cut.drop(gone)
    },
  }
}

function readerCut(draft: Draft<IntTensor>, node: Node, channels: Channels, visited: Set<Node>): Cut {
  if (isOf(concatenation, node)) return concatenationCut(draft, node, channels, visited)
  const computed = node.inputs.filter(i => i >= 0 && !draft.tensor(i).data)
  if (computed.length !== 1 || node.outputs.length !== 1) return nothing
  const op = opByKind(node.op)
  if (op.sameBytes) return shapeCut(draft, node, channels, visited)
  const view = viewOf(draft, node)
  const positions = op.channelwise?.(view)
  if (positions) return channelwiseCut(draft, node, positions, channels, visited)
  return op.linear?.outputAxis === 0 ? linearCut(draft, node, view, channels) : nothing
}

/** A layer that mixes channels: a constant at its zero point counts nothing, another one is the same sum everywhere but at a padded border. */
function linearCut(draft: Draft<IntTensor>, node: Node, view: NodeView<any>, { count, values }: Channels): Cut {
  const [x, filter, bias] = view.inputs as [IntTensor, IntTensor, IntTensor | undefined]
  const depth = filter.shape.at(-1)!
  if (depth % count) return nothing
  let padded = false
  if (isOf(conv2d, node)) {
    if (depth !== x.shape[3]) return nothing
    padded = readsPadding(window(node.attrs, x.shape, filter.shape[1], filter.shape[2]))
  }
  const zero = quantizationOf(x).zeroPoint[0]
  // Biases of int16 are bounded, and int16 constants that are not 0 are rare.
  const sums = x.type === 'int8' && !padded
  return {
    droppable: new Set([...values].filter(([, value]) => value === zero || sums).map(([channel]) => channel)),
    drop(gone) {
      const perOutput = elements(filter.shape.slice(1))
      const sum = new Float64Array(filter.shape[0])
      const kept = (filter.data as Int8Array).filter((w, i) => {
        const channel = (i % depth) % count
        if (!gone.has(channel)) return true
        sum[Math.floor(i / perOutput)] += w * (values.get(channel)! - zero)
        return false
      })
      const shape = [...filter.shape.slice(0, -1), (depth / count) * (count - gone.size)]
      const inputs = [node.inputs[0], draft.add({ ...filter, shape, data: kept }), ...node.inputs.slice(2)]
      if (sum.some(s => s !== 0)) inputs[2] = draft.add(biasPlus(node, x, filter, bias, sum))
      draft.replace(node, { ...node, inputs })
    },
  }
}

/** The bias with a sum added to each channel, modulo 2³² as accumulators are. */
function biasPlus(node: Node, x: IntTensor, filter: IntTensor, bias: IntTensor | undefined, sum: Float64Array) {
  const old = bias?.data as Int32Array | undefined
  const data = Int32Array.from(sum, (s, o) => ((old?.[o] ?? 0) + s) | 0)
  if (bias) return { ...bias, data }
  const scale = quantizationOf(filter).scale.map(s => Math.fround(s * quantizationOf(x).scale[0]))
  const quantization = { scale, zeroPoint: scale.map(() => 0), axis: 0 }
  return { name: `${node.name}/bias`, shape: [sum.length], type: 'int32', quantization, data } as const
}

/** An operator that keeps channels apart: what it makes of a constant channel, its own reference says. */
function channelwiseCut(
  draft: Draft<IntTensor>,
  node: Node,
  positions: readonly number[],
  channels: Channels,
  visited: Set<Node>,
): Cut {
  const { tensor, count } = channels
  const at = node.inputs.indexOf(tensor)
  if (draft.tensor(tensor).shape.at(-1) !== count || !positions.includes(at)) return nothing
  const [output] = node.outputs
  const rest = channelCut(draft, { tensor: output, count, values: valuesBehind(draft, node, channels) }, visited)
  return {
    droppable: rest.droppable,
    drop(gone) {
      const inputs = node.inputs.map((index, i) => {
        if (i === at || index < 0 || !positions.includes(i)) return index
        const constant = draft.tensor(index)
        return draft.add(withoutChannels(constant, constant.shape.length - 1, gone))
      })
      draft.replace(node, { ...node, inputs })
      rest.drop(gone)
    },
  }
}

/** Runs the node with each constant channel at its value, and returns the channels that come out constant. */
function valuesBehind(draft: Draft<IntTensor>, node: Node, { tensor, count, values }: Channels): Map<number, number> {
  const view = viewOf(draft, node)
  const [x, y] = [draft.tensor(tensor), draft.tensor(node.outputs[0])]
  const input = new arrays[x.type as 'int8'](elements(x.shape)).map((_, i) => values.get(i % count) ?? 0)
  const output = new arrays[y.type as 'int8'](elements(y.shape))
  const op = opByKind(node.op)
  op.reference(op.prepare(view), [input], [output])
  return new Map(
    [...values.keys()]
      .filter(channel => output.every((q, i) => i % count !== channel || q === output[channel]))
      .map(channel => [channel, output[channel]]),
  )
}

/** Another shape of the same bytes. */
function shapeCut(draft: Draft<IntTensor>, node: Node, { count, values }: Channels, visited: Set<Node>): Cut {
  const [output] = node.outputs
  const { shape } = draft.tensor(output)
  const last = shape[shape.length - 1]
  // SQUEEZE of all axes of length 1 would take the channels too once there is one.
  if (!last || last % count || (isOf(squeeze, node) && node.attrs.axes.length === 0)) return nothing
  const rest = channelCut(draft, { tensor: output, count, values }, visited)
  return {
    droppable: rest.droppable,
    drop(gone) {
      if (isOf(reshape, node)) {
        const newShape = [...shape.slice(0, -1), (last / count) * (count - gone.size)]
        draft.replace(node, { ...node, attrs: { newShape }, inputs: [node.inputs[0]] })
      }
      rest.drop(gone)
    },
  }
}

/** A concatenation along the channels: they stand behind those of the inputs before. */
function concatenationCut(
  draft: Draft<IntTensor>,
  node: Node & { readonly attrs: { readonly axis: number } },
  { tensor, count, values }: Channels,
  visited: Set<Node>,
): Cut {
  const [output] = node.outputs
  const { shape } = draft.tensor(output)
  const widths = node.inputs.map(i => draft.tensor(i).shape.at(-1)!)
  const at = node.inputs.indexOf(tensor)
  const axis = node.attrs.axis < 0 ? node.attrs.axis + shape.length : node.attrs.axis
  if (axis !== shape.length - 1 || node.inputs.lastIndexOf(tensor) !== at || widths[at] !== count) return nothing
  const before = widths.slice(0, at).reduce((a, b) => a + b, 0)
  const moved = new Map([...values].map(([channel, value]) => [channel + before, value]))
  const rest = channelCut(draft, { tensor: output, count: shape[axis], values: moved }, visited)
  return {
    droppable: new Set([...rest.droppable].map(channel => channel - before)),
    drop: gone => rest.drop(new Set([...gone].map(channel => channel + before))),
  }
}

/** Returns a constant without some of the channels along an axis, its scales likewise. */
export function withoutChannels(tensor: IntTensor, axis: number, gone: ReadonlySet<number>): IntTensor {
  const { shape, quantization } = tensor
  const inner = elements(shape.slice(axis + 1))
  const kept = (i: number) => !gone.has(Math.floor(i / inner) % shape[axis])
  const data = (tensor.data as Int8Array).filter((_, i) => kept(i)) as IntData
  const keptOf = (values: readonly number[]) => values.filter((_, channel) => !gone.has(channel))
  const perChannel = quantization && quantization.scale.length > 1
  return {
    ...tensor,
    shape: shape.map((n, i) => (i === axis ? n - gone.size : n)),
    data,
    ...(perChannel && {
      quantization: {
        scale: keptOf(quantization.scale),
        zeroPoint: keptOf(quantization.zeroPoint),
        axis: quantization.scale.length - gone.size > 1 ? quantization.axis : 0,
      },
    }),
  }
}

/** A node with its tensors in the draft. */
export function viewOf(draft: Draft<IntTensor>, { name, attrs, inputs, outputs }: Node): NodeView<any> {
  const tensor = (i: number) => (i < 0 ? undefined : draft.tensor(i))
  return { name, attrs, inputs: inputs.map(tensor), outputs: outputs.map(i => draft.tensor(i)) }
}
