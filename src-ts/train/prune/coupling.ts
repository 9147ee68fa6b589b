import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { type Channels, channelRules, makesChannels } from './channel-rules.ts'
import { disjointSets } from './disjoint-sets.ts'

/** Channels of a layer, each by the number of the group in which it lives or goes. */
export interface LayerChannels {
  readonly name: string
  /** Whether its kernel makes new channels of those that it reads. */
  readonly makes: boolean
  /** For each input channel (of a dense layer, each input) its group. */
  readonly inputs: Channels
  readonly outputs: Channels
}

/** Which channels of a model depend on each other. */
export interface Coupling {
  readonly layers: readonly LayerChannels[]
  /** Groups that must stay: channels of inputs and outputs, and of layers that mix them. */
  readonly fixed: ReadonlySet<number>
}

/**
 * Follows the channels through a model (as DepGraph does: Fang et al., CVPR 2023): sums and products join those of their operands, so that a
 * residual's or a gate's go together; concatenation lines them up; flatten repeats them at every place.
 */
export function coupling(model: LayersModel): Coupling {
  const sets = disjointSets()
  const fixed: number[] = []
  const layers = new Map<string, LayerChannels>()
  const done = new Map<number, Channels>()
  const fix = (channels: Channels) => void fixed.push(...channels)

  const visit = (symbol: SymbolicTensor): Channels => {
    const known = done.get(symbol.id)
    if (known) return known
    const layer = symbol.sourceLayer
    const sources = layer.inboundNodes[symbol.nodeIndex].inputTensors.filter(source => source !== symbol)
    const inputs = sources.map(visit)
    const width = symbol.shape.at(-1) ?? 0
    const rule = sources.length ? channelRules.get(layer.getClassName()) : undefined
    const before = layers.get(layer.name)
    const followed = rule?.({ layer, inputs, width, sets, fix })
    const outputs = followed ?? Array.from({ length: width }, () => sets.add())
    if (!followed) fix([...inputs.flat(), ...outputs])
    // A layer that is called twice has one kernel for both.
    if (before) {
      for (const [i, channel] of before.outputs.entries()) sets.join(channel, outputs[i])
      for (const [i, channel] of before.inputs.entries()) sets.join(channel, inputs[0][i])
    }
    layers.set(layer.name, { name: layer.name, makes: makesChannels(layer), inputs: inputs[0] ?? [], outputs })
    done.set(symbol.id, outputs)
    return outputs
  }
  for (const output of model.outputs) fix(visit(output))
  const found = (channels: Channels) => channels.map(sets.find)
  return {
    layers: [...layers.values()].map(each => ({ ...each, inputs: found(each.inputs), outputs: found(each.outputs) })),
    fixed: new Set(found(fixed)),
  }
}
