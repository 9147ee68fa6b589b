import * as v from 'valibot'
import { fineTuning } from '../../train/fine-tuning.ts'
import { pruneModel } from '../../train/prune.ts'
import { fit } from '../fit.ts'
import { numberOption, wholeOption } from './line.ts'
import { step } from './step.ts'

/** `holter prune`: cuts the smallest weights and trains on without them; the last epoch is kept. */
export const prune = step({
  name: 'prune',
  title: 'cut the smallest weights, train on: --sparsity .3 --epochs 2',
  options: v.object({
    sparsity: v.optional(numberOption(0, 0.99), '0.3'),
    epochs: v.optional(wholeOption(1, 10_000), '2'),
  }),
  async work({ model }, { sparsity, epochs }, { out, resume, recipe, ...shop }) {
    const masks = pruneModel(shop.tf, model, sparsity)
    const { tf, train, metadata: standardization, seed, dataHash, terms } = shop
    const parts = { tf, model, train, standardization, seed, dataHash, terms, masks }
    const tuned = { ...parts, recipe: fineTuning(recipe, epochs), checkpointDir: out, resume }
    const { ended } = await fit(tuned, 'prune', shop)
    return ended === 'interrupted' ? undefined : { model, masks }
  },
})
