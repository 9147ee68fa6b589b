import type { layers } from '@tensorflow/tfjs-layers'
import type { DisjointSets } from './disjoint-sets.ts'

/** For each element of a tensor's last axis the set of channels that it belongs to. */
export type Channels = readonly number[]

/** What a layer does to channels: returns those of its output, or undefined when it mixes them in a way that no cut survives. */
export type ChannelRule = (call: {
  readonly layer: layers.Layer
  readonly inputs: readonly Channels[]
  /** Length of the output's last axis. */
  readonly width: number
  readonly sets: DisjointSets
  /** Notes channels that must stay. */
  fix(channels: Channels): void
}) => Channels | undefined

const makes: ChannelRule = ({ layer, width, sets, fix }) => {
  const made = Array.from({ length: width }, () => sets.add())
  // Shares of a whole, which would be others without one.
  if (settings(layer).activation === 'softmax') fix(made)
  return made
}

const keeps: ChannelRule = ({ layer, inputs: [channels], width }) => {
  const { activation, depthMultiplier = 1 } = settings(layer)
  return activation === 'softmax' || depthMultiplier !== 1 || width !== channels.length ? undefined : channels
}

/** Batch norm along the last axis. */
const normalizes: ChannelRule = call => {
  const { axis } = settings(call.layer)
  return [axis].flat().every(each => each === -1 || each === call.layer.inputSpec[0].ndim! - 1)
    ? keeps(call)
    : undefined
}

/** Element by element: what is added to or multiplied with a channel goes with it. */
const matches: ChannelRule = ({ inputs: [first, ...rest], sets }) => {
  if (rest.some(other => other.length !== first.length)) return undefined
  for (const other of rest) for (const [i, channel] of other.entries()) sets.join(first[i], channel)
  return first
}

const concatenates: ChannelRule = ({ layer, inputs, width }) => {
  const channels = inputs.flat()
  return channels.length === width && [-1, 2, 3].includes(settings(layer).axis) ? channels : undefined
}

/** A row of the new shape that holds whole rows of the old one repeats its channels. */
const reshapes: ChannelRule = ({ inputs: [channels], width }) =>
  width % channels.length ? undefined : Array.from({ length: width }, (_, i) => channels[i % channels.length])

const byRule: readonly (readonly [ChannelRule, readonly string[]])[] = [
  [makes, ['Conv1D', 'Conv2D', 'Dense', 'SeparableConv1D', 'SeparableConv2D']],
  [
    keeps,
    ['Activation', 'ReLU', 'LeakyReLU', 'ELU', 'Dropout', 'SpatialDropout1D', 'GaussianNoise', 'DepthwiseConv2D'],
  ],
  [keeps, ['MaxPooling1D', 'MaxPooling2D', 'AveragePooling1D', 'AveragePooling2D', 'ZeroPadding2D', 'UpSampling2D']],
  [keeps, ['GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'GlobalMaxPooling1D', 'GlobalMaxPooling2D']],
  [keeps, ['HolterPositions', 'HolterChannelScale', 'HolterHardSwish']],
  [normalizes, ['BatchNormalization']],
  [matches, ['Add', 'Average', 'Maximum', 'Minimum', 'Multiply', 'Subtract']],
  [concatenates, ['Concatenate']],
  [reshapes, ['Flatten', 'Reshape']],
]

/** What layers do to channels, by their Keras classes; all others keep every channel that they read. */
export const channelRules: ReadonlyMap<string, ChannelRule> = new Map(
  byRule.flatMap(([rule, names]) => names.map(name => [name, rule] as const)),
)

/** Whether a layer's kernel makes new channels of its input's. */
export function makesChannels(layer: layers.Layer): boolean {
  return channelRules.get(layer.getClassName()) === makes
}

function settings(layer: layers.Layer): Record<string, any> {
  return layer.getConfig()
}
