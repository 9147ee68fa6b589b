import { join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { joinDatasets } from '../ecg/datasets/join-datasets.ts'
import { byName } from '../errors.ts'
import { makeFolder } from '../files.ts'
import { knowsValidation } from '../ir/metadata.ts'
import { selectionScore } from '../metrics/selection-score.ts'
import { networks } from '../networks/index.ts'
import { progress } from '../report/progress.ts'
import { facts } from '../report/terminal.ts'
import { epochProgress, fineTuning, fitToValidation, metadataOf, predictFloat, provenanceOf } from '../stages.ts'
import { tasks } from '../tasks/index.ts'
import { loadTfjs } from '../train/backend.ts'
import { loadFloatModel, saveFloatModel } from '../train/float-model.ts'
import { pruneModel, sparsityOf } from '../train/prune.ts'
import { recordedRecipe } from '../train/recorded-recipe.ts'
import { train as trainModel } from '../train/train.ts'
import { dataOption, openFor, SYNTHETIC_SENTENCE, skipMissingOption } from './data-options.ts'
import { interruptible } from './interrupt.ts'
import { rememberedNote } from './open-model.ts'
import { json, printJson, seed, whole, within } from './options.ts'

interface PruneOptions {
  sparsity: number
  epochs: number
  seed: number
  out: string
  data?: string
  skipMissing?: boolean
  json?: boolean
}

/** `holter prune`: cut the smallest weights of a float model, train on with them held at zero. */
export const prune = new Command('prune')
  .summary('cut the smallest weights of a float model and train on without them')
  .description(
    'Zeroes the smallest weights of every kernel but the last, trains on with them held at zero by the recipe that the model records, ' +
      'and writes a float model.',
  )
  .addArgument(new Argument('<model>', 'folder of a float model'))
  .addOption(new Option('--sparsity <x>', 'share of the weights to cut').argParser(within(0, 0.99)).default(0.3))
  .addOption(new Option('--epochs <n>', 'epochs of training after the cut').argParser(whole(1)).default(2))
  .addOption(new Option('--seed <n>', 'seed of order and augmentation').argParser(seed).default(1))
  .requiredOption('-o, --out <dir>', 'folder to write into')
  .addOption(dataOption())
  .addOption(skipMissingOption())
  .addOption(json())
  .addHelpText('after', '\nExample: holter prune build/gap-cnn --sparsity 0.3 --out build/gap-cnn-pruned')
  .action(async (dir: string, options: PruneOptions) => {
    const tf = loadTfjs()
    const { model, metadata } = await loadFloatModel(tf, dir)
    const task = byName('task', metadata.task, tasks)
    const network = byName('network', metadata.network ?? '', networks)
    const trainedBy = recordedRecipe(metadata, dir) ?? network.recipe
    const { opened } = await openFor(task, ['train', 'validation'], options)
    const { train, validation } = opened.splits as Required<typeof opened.splits>
    // Records that the model learned can neither choose an epoch nor fit anything: they are trained on again.
    const remembers = knowsValidation(metadata)
    const sides = remembers ? { train: joinDatasets(train, validation) } : { train, validation }
    const { mean, deviation, features } = metadata
    const standardization = { mean, deviation, ...(features && { features }) }
    makeFolder(options.out)
    const before = selectionScore(predictFloat(tf, model, validation, standardization))
    const masks = pruneModel(tf, model, options.sparsity)
    const bar = progress({ title: 'prune', unit: 'batches' })
    const recipe = { ...fineTuning(trainedBy, options.epochs), includeValidation: remembers }
    const common = {
      tf,
      model,
      ...sides,
      standardization,
      recipe,
      seed: options.seed,
      dataHash: opened.hash,
      masks,
    }
    const result = await interruptible(signal => trainModel({ ...common, signal, ...epochProgress(bar) }))
    bar.stop()
    if (result.ended === 'interrupted') {
      console.error('Interrupted: nothing was written.')
      process.exitCode = 1
      return
    }
    const predictions = predictFloat(tf, model, validation, standardization)
    const after = selectionScore(predictions)
    const { sparsity, epochs, seed } = options
    const provenance = {
      // Without --out: where files go is this machine's own.
      command: `holter prune ${dir} --sparsity ${sparsity} --epochs ${epochs} --seed ${seed}`,
      seed,
      recipe,
      sparsity,
      parameters: model.countParams(),
      ...(!remembers && { validation: { [after.name]: after.value } }),
      ...provenanceOf(opened),
      from: metadata.provenance,
    }
    const fitted = fitToValidation(task, remembers ? undefined : predictions)
    await saveFloatModel(tf, model, metadataOf(task, network.name, standardization, fitted, provenance), options.out)
    const summary = {
      ...provenanceOf(opened),
      sparsity: sparsityOf(masks),
      [after.name]: { before: before.value, after: after.value },
      notes: remembers ? [rememberedNote(dir)] : [],
      out: options.out,
    }
    if (options.json) return printJson(summary)
    if (opened.synthetic) console.log(SYNTHETIC_SENTENCE)
    console.log(
      facts([
        ['cut', `${(100 * summary.sparsity).toFixed(1)} % of the weights of all kernels but the last`],
        [
          `validation ${after.title}`,
          `${before.value.toFixed(4)} before, ${after.value.toFixed(4)} after, ${validation.length} records`,
        ],
        ...summary.notes.map(note => ['note', note] as const),
        ['written', join(options.out, 'model.json')],
      ]),
    )
  })
