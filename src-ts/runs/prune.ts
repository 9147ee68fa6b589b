import { join } from 'node:path'
import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { byName } from '../errors.ts'
import { makeFolder } from '../files.ts'
import { knowsValidation } from '../ir/metadata.ts'
import { type SelectionScore, selectionScore } from '../metrics/selection-score.ts'
import { networks } from '../networks/index.ts'
import { taskOfModel } from '../tasks/find-task.ts'
import { limitThreads, loadTfjs, threadsInUse } from '../train/backend.ts'
import { loadFloatModel } from '../train/float-model.ts'
import { predictFloat } from '../train/predict.ts'
import { sparsityOf } from '../train/prune/masks.ts'
import { recordedRecipe } from '../train/recorded-recipe.ts'
import type { Context } from '../watch.ts'
import { type CutInput, cutAndTune, cutFlags, methodOf } from './cut-and-tune.ts'
import { loadTeachers, type TeacherInput, taughtBy } from './distill.ts'
import { provenanceOf, standardizationOf } from './model-metadata.ts'
import { rememberedNote } from './open-model.ts'
import { type DataChoice, forModel, openRecords } from './open-records.ts'
import { saveFloat } from './save-float.ts'

export interface PruneInput extends CutInput, Partial<TeacherInput>, DataChoice {
  /** Folder of a float model. */
  readonly model: string
  /** Folder to write into. */
  readonly out: string
  /** Resumes from the checkpoint in that folder. */
  readonly resume?: boolean
  /** Threads of the native library, if it is not loaded yet. Default: one for each core. */
  readonly threads?: number
}

/**
 * Cuts a float model, trains on what is left, and writes a float model; undefined when the signal came first. Teachers, such as the
 * model before the cut, answer on every batch of that training.
 */
export async function prune(input: PruneInput, context: Context = {}) {
  const { model: dir, out, seed = 1, resume } = input
  methodOf(input)
  limitThreads(input.threads)
  const tf = loadTfjs()
  const { model, metadata } = await loadFloatModel(tf, dir)
  const task = taskOfModel(metadata)
  const network = byName('network', metadata.network ?? '', networks)
  const trainedBy = recordedRecipe(metadata, dir) ?? network.recipe
  const teachers = await loadTeachers(tf, input.teacher ?? [])
  const { opened } = await openRecords(task, ['train', 'validation'], forModel(dir, metadata, input), context)
  const { train, validation } = opened.splits as Required<typeof opened.splits>
  // Records that the model learned can neither choose an epoch nor fit anything: they are trained on again.
  const remembers = knowsValidation(metadata)
  const sides = remembers ? { train: joinDatasets(train, validation) } : { train, validation }
  const standardization = standardizationOf(metadata)
  const parts = { tf, trainedBy, ...sides, standardization, dataHash: opened.hash }
  const lesson = {
    tf,
    task,
    recipe: { ...trainedBy, includeValidation: remembers },
    train: sides.train,
    standardization,
  }
  const taught = teachers.length ? taughtBy(teachers, lesson, input) : {}
  const predictions = predictFloat(tf, model, validation, standardization)
  const before = selectionScore(predictions)
  const parameters = model.countParams()
  makeFolder(out)

  const checkpoint = { checkpointDir: join(out, 'checkpoint'), resume }
  const tuned = await cutAndTune({ ...parts, model, terms: taught.terms, ...checkpoint }, input, context)
  if (tuned.model !== model) model.dispose()
  if (tuned.ended === 'interrupted') return undefined

  const { recipe, masks } = tuned
  const provenance = (scored?: SelectionScore) => ({
    // Without --out: where files go is this machine's own.
    command: `holter prune ${dir} ${cutFlags(input)}${taught.flags ?? ''} --threads ${threadsInUse()}`,
    seed,
    recipe,
    sparsity: sparsityOf(masks),
    parameters: tuned.model.countParams(),
    ...taught.provenance,
    ...(scored && { validation: { [scored.name]: scored.value } }),
    ...provenanceOf(opened),
    from: metadata.provenance,
  })
  const pruned = { tf, model: tuned.model, task, network: network.name, standardization }
  const saved = await saveFloat({ ...pruned, validation: sides.validation }, provenance, out)
  const after = saved.score ?? selectionScore(predictFloat(tf, tuned.model, validation, standardization))
  const figures = {
    ...provenanceOf(opened),
    sparsity: sparsityOf(masks),
    parameters: { before: parameters, after: tuned.model.countParams() },
    [after.name]: { before: before.value, after: after.value },
    notes: remembers ? [rememberedNote(dir)] : [],
    out,
  }
  return { figures, before, after, synthetic: opened.synthetic, validationRecords: validation.length }
}
