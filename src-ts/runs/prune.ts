import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { byName } from '../errors.ts'
import { makeFolder } from '../files.ts'
import { knowsValidation } from '../ir/metadata.ts'
import { type SelectionScore, selectionScore } from '../metrics/selection-score.ts'
import { networks } from '../networks/index.ts'
import { taskOfModel } from '../tasks/find-task.ts'
import { loadTfjs } from '../train/backend.ts'
import { fineTuning } from '../train/fine-tuning.ts'
import { loadFloatModel } from '../train/float-model.ts'
import { predictFloat } from '../train/predict.ts'
import { pruneModel, sparsityOf } from '../train/prune.ts'
import { recordedRecipe } from '../train/recorded-recipe.ts'
import type { Context } from '../watch.ts'
import { fit } from './fit.ts'
import { provenanceOf } from './model-metadata.ts'
import { rememberedNote } from './open-model.ts'
import { type DataChoice, forModel, openRecords } from './open-records.ts'
import { saveFloat } from './save-float.ts'

export interface PruneInput extends DataChoice {
  /** Folder of a float model. */
  readonly model: string
  /** Folder to write into. */
  readonly out: string
  /** Share of the weights to cut. Default .3. */
  readonly sparsity?: number
  /** Epochs of training after the cut. Default 2. */
  readonly epochs?: number
  /** Of order and augmentation. Default 1. */
  readonly seed?: number
}

/** Zeroes the smallest weights of a float model, trains on without them, and writes a float model; undefined when the signal came first. */
export async function prune(input: PruneInput, context: Context = {}) {
  const { model: dir, out, sparsity = 0.3, epochs = 2, seed = 1 } = input
  const tf = loadTfjs()
  const { model, metadata } = await loadFloatModel(tf, dir)
  const task = taskOfModel(metadata)
  const network = byName('network', metadata.network ?? '', networks)
  const trainedBy = recordedRecipe(metadata, dir) ?? network.recipe
  const { opened } = await openRecords(task, ['train', 'validation'], forModel(dir, metadata, input), context)
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  // Records that the model learned can neither choose an epoch nor fit anything: they are trained on again.
  const remembers = knowsValidation(metadata)
  const sides = remembers ? { train: joinDatasets(train, validation) } : { train, validation }
  const { mean, deviation, features } = metadata
  const standardization = { mean, deviation, ...(features && { features }) }
  const score = () => selectionScore(predictFloat(tf, model, validation, standardization))
  makeFolder(out)

  const before = score()
  const masks = pruneModel(tf, model, sparsity)
  const recipe = { ...fineTuning(trainedBy, epochs), includeValidation: remembers }
  const parts = { tf, model, ...sides, standardization, recipe, seed, dataHash: opened.hash, masks }
  const { ended } = await fit(parts, 'prune', context)
  if (ended === 'interrupted') return undefined

  const provenance = (scored?: SelectionScore) => ({
    // Without --out: where files go is this machine's own.
    command: `holter prune ${dir} --sparsity ${sparsity} --epochs ${epochs} --seed ${seed}`,
    seed,
    recipe,
    sparsity,
    parameters: model.countParams(),
    ...(scored && { validation: { [scored.name]: scored.value } }),
    ...provenanceOf(opened),
    from: metadata.provenance,
  })
  const pruned = { tf, model, task, network: network.name, standardization, validation: sides.validation }
  const after = (await saveFloat(pruned, provenance, out)).score ?? score()
  const figures = {
    ...provenanceOf(opened),
    sparsity: sparsityOf(masks),
    [after.name]: { before: before.value, after: after.value },
    notes: remembers ? [rememberedNote(dir)] : [],
    out,
  }
  return { figures, before, after, synthetic: opened.synthetic, validationRecords: validation.length }
}
