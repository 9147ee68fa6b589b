import * as v from 'valibot'
import { scoreNames } from '../../train/prune/channel-scores.ts'
import { scopes } from '../../train/prune/method.ts'
import { type CutInput, cutAndTune, methodOf } from '../cut-and-tune.ts'
import { patternOf } from '../prune-pattern.ts'
import { flagOption, listOption, numberOption, wholeOption } from './line.ts'
import { step } from './step.ts'
import { taughtBySelf, teacherOption } from './taught-by-self.ts'

const patternOption = v.pipe(
  v.string(),
  v.transform(patternOf),
  v.object({ keep: v.number(), of: v.number() }, 'it must be N:M with N below M, and M at most 16, such as 2:4'),
)

const layerOption = v.pipe(
  v.string(),
  v.regex(/^.+=[^=]+$/, 'it must be the name of a layer and its share, such as conv2=0.8'),
  v.transform(text => [text.slice(0, text.lastIndexOf('=')), text.slice(text.lastIndexOf('=') + 1)]),
  v.tuple([v.string(), numberOption(0, 0.99)]),
)

const options = v.object({
  method: v.optional(v.string()),
  sparsity: v.optional(numberOption(0, 0.99)),
  layer: v.optional(listOption(layerOption)),
  scope: v.optional(v.picklist(scopes)),
  pattern: v.optional(patternOption),
  score: v.optional(v.picklist(scoreNames)),
  gradual: v.optional(flagOption),
  epochs: v.optional(wholeOption(1, 10_000)),
  learningRate: v.optional(numberOption(1e-9, 10)),
  teacher: v.optional(teacherOption),
})

/** `holter prune`: cuts a model and trains on what is left; the last epoch is kept. */
export const prune = step({
  name: 'prune',
  title: 'cut, and train on what is left: --method l1 --sparsity .3 --epochs 2',
  options,
  check: given => methodOf(cutOf(given)),
  async work({ model }, given, { out, recipe: trainedBy, ...shop }) {
    const { tf, train, metadata: standardization, seed, dataHash, resume } = shop
    const self = given.teacher && (await taughtBySelf(model, { ...shop, recipe: trainedBy }))
    const terms = self?.terms ?? shop.terms
    const parts = { tf, model, trainedBy, train, standardization, dataHash, terms, checkpointDir: out, resume }
    const cut = await cutAndTune(parts, { ...cutOf(given), seed }, shop)
    self?.dispose()
    if (cut.model !== model) model.dispose()
    return cut.ended === 'interrupted' ? undefined : { model: cut.model, masks: cut.masks }
  },
})

/** A step's options as those of a cut. */
function cutOf({ layer, teacher: _, ...rest }: v.InferOutput<typeof options>): CutInput {
  return { ...rest, ...(layer && { layers: Object.fromEntries(layer) }) }
}
