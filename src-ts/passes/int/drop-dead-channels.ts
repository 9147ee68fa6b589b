import { clamp } from '../../ir/fixed-point.ts'
import type { IntTensor, Node } from '../../ir/graph.ts'
import { conv2d } from '../../ops/conv2d.ts'
import { fullyConnected } from '../../ops/fully-connected.ts'
import { isOf } from '../../ops/op.ts'
import { rescale } from '../../ops/parts/channels.ts'
import type { Convolution } from '../../ops/parts/convolution.ts'
import type { Dense } from '../../ops/parts/dense.ts'
import type { Draft } from '../draft.ts'
import type { Pass } from '../pass.ts'
import { type Channels, channelCut, viewOf, withoutChannels } from './channel-cut.ts'

/**
 * A channel of a convolution or dense layer whose filter is all zero (or whose multiplier is) has one value, its rescaled bias, at every
 * position. Where all that reads it can take that value into its own bias, the channel goes: exact, since the sums are the same modulo 2³².
 * A convolution that reads padding takes only what stands at its zero point, which is what the border holds.
 * Convolutions in groups and depthwise ones keep their channels, which their inputs share.
 */
export const dropDeadChannels: Pass<IntTensor> = {
  name: 'drop-dead-channels',
  title: 'channels that are constant become part of the biases of the layers that read them',
  rewrite(draft, node) {
    if (node.inputs.slice(1).some(i => i >= 0 && !draft.tensor(i).data)) return false
    const constant = constantChannels(draft, node)
    if (!constant?.values.size) return false
    const cut = channelCut(draft, constant)
    const gone = new Set([...cut.droppable].slice(0, constant.count - fewestChannels(draft, node)))
    if (gone.size === 0) return false
    const [x, filter, bias = -1] = node.inputs
    const inputs = [x, draft.add(withoutChannels(draft.tensor(filter), 0, gone))]
    if (bias >= 0) inputs.push(draft.add(withoutChannels(draft.tensor(bias), 0, gone)))
    draft.replace(node, { ...node, inputs })
    cut.drop(gone)
    return true
  },
}

/** The channels of a layer's output with the values of the constant ones; undefined for other nodes. */
function constantChannels(draft: Draft<IntTensor>, node: Node): Channels | undefined {
  const prepared = preparedLayer(draft, node)
  if (!prepared) return undefined
  const { outC, filter, bias, multiplier, outputZero, min, max } = prepared
  const perOutput = filter.length / outC
  const values = new Map<number, number>()
  for (let channel = 0; channel < outC; channel++) {
    const own = filter.subarray(channel * perOutput, (channel + 1) * perOutput)
    if (multiplier[channel] !== 0 && own.some(w => w !== 0)) continue
    values.set(channel, clamp(rescale(prepared, bias[channel], channel) + outputZero, min, max))
  }
  return { tensor: node.outputs[0], count: outC, values }
}

function preparedLayer(draft: Draft<IntTensor>, node: Node): Convolution | Dense | undefined {
  if (isOf(fullyConnected, node)) return fullyConnected.prepare(viewOf(draft, node) as never)
  if (!isOf(conv2d, node)) return undefined
  const prepared = conv2d.prepare(viewOf(draft, node) as never)
  return prepared.groups === 1 ? prepared : undefined
}

/** A dense layer with several scales must keep two: with one, TFLM would round the product of scales to float32. */
function fewestChannels(draft: Draft<IntTensor>, node: Node): number {
  const scales = draft.tensor(node.inputs[1]).quantization?.scale.length ?? 1
  return isOf(fullyConnected, node) && scales > 1 ? 2 : 1
}
