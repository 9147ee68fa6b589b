import type { LayersModel } from '@tensorflow/tfjs-layers'
import { type Masks, prunable } from './masks.ts'
import type { Amount, MaskMethod } from './method.ts'

/** Masks that grow while a model is trained. */
export interface GradualMasks {
  /** Tells one schedule from another in a checkpoint. */
  readonly name: string
  /** How many epochs it takes until all is cut. */
  readonly epochs: number
  /** Returns the masks of the epoch after `epochsDone` others, from the weights as they are then. */
  at(epochsDone: number): Masks
}

/**
 * Returns masks whose share of zeros grows over the first half of the epochs by a cubic schedule (Zhu and Gupta, arXiv:1710.01878):
 * s · (1 − (1 − t)³) at the share t of them, quickly at first, when many weights are idle. What was cut is smallest and stays cut.
 */
export function gradualMasks(model: LayersModel, method: MaskMethod, amount: Amount, epochs: number): GradualMasks {
  const ramp = Math.ceil(epochs / 2)
  return {
    name: `${method.name} ${JSON.stringify(amount)} over ${ramp} epochs`,
    epochs: ramp,
    at(epochsDone) {
      const share = 1 - (1 - Math.min(1, (epochsDone + 1) / ramp)) ** 3
      const layers = Object.entries(amount.layers ?? {}).map(([name, sparsity]) => [name, sparsity * share])
      return method.masks(prunable(model), {
        ...amount,
        sparsity: amount.sparsity * share,
        layers: Object.fromEntries(layers),
      })
    },
  }
}
