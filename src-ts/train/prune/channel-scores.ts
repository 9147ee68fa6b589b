import { magnitudes } from './channel-sums.ts'
import type { ChannelScores } from './method.ts'
import { type Examined, saliency } from './saliency.ts'

/** Every way to say what channels are worth, by name. */
export const channelScores = {
  /** Sum of the magnitudes of its filter (Li et al., ICLR 2017). */
  l1: ({ model }) => magnitudes(model),
  /** Magnitude of its batch norm's γ (Liu et al., ICCV 2017). Channels without a batch norm have no score, and stay. */
  gamma: ({ model }) => magnitudes(model, ({ name }) => name.endsWith('/gamma')),
  /** What the loss would change by without it, to first order. */
  saliency,
} satisfies Record<string, (examined: Examined) => ChannelScores>

export type ScoreName = keyof typeof channelScores
export const scoreNames = Object.keys(channelScores) as ScoreName[]
