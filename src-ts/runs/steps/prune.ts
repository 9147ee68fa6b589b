import * as v from 'valibot'
import { scoreNames } from '../../train/prune/channel-scores.ts'
import { scopes } from '../../train/prune/method.ts'
import { cutAndTune, methodOf } from '../cut-and-tune.ts'
import { numberOption, wholeOption } from './line.ts'
import { step } from './step.ts'

/** `holter prune`: cuts a model and trains on what is left; the last epoch is kept. */
export const prune = step({
  name: 'prune',
  title: 'cut, and train on what is left: --method l1 --sparsity .3 --epochs 2',
  options: v.object({
    method: v.optional(v.string()),
    sparsity: v.optional(numberOption(0, 0.99)),
    scope: v.optional(v.picklist(scopes)),
    score: v.optional(v.picklist(scoreNames)),
    epochs: v.optional(wholeOption(1, 10_000)),
    learningRate: v.optional(numberOption(1e-9, 10)),
  }),
  check: methodOf,
  async work({ model }, options, { out, recipe: trainedBy, ...shop }) {
    const { tf, train, metadata: standardization, seed, dataHash, terms, resume } = shop
    const parts = { tf, model, trainedBy, train, standardization, dataHash, terms, checkpointDir: out, resume }
    const cut = await cutAndTune(parts, { ...options, seed }, shop)
    if (cut.model !== model) model.dispose()
    return cut.ended === 'interrupted' ? undefined : { model: cut.model, masks: cut.masks }
  },
})
