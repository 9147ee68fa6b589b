import type { LayersModel } from '@tensorflow/tfjs-layers'
import { selectionScore } from '../metrics/selection-score.ts'
import { taskOfModel } from '../tasks/find-task.ts'
import { limitThreads, loadTfjs } from '../train/backend.ts'
import { loadFloatModel } from '../train/float-model.ts'
import { readWeights, type Weight, writeWeights } from '../train/model-weights.ts'
import { predictFloat } from '../train/predict.ts'
import { applyMasks, layerOf, prunable } from '../train/prune/masks.ts'
import type { Amount, PruneMethod } from '../train/prune/method.ts'
import type { Tf } from '../train/tf.ts'
import { type Context, openWatch } from '../watch.ts'
import { amountOf, methodOf } from './cut-and-tune.ts'
import { provenanceOf } from './model-metadata.ts'
import { forModel, openRecords } from './open-records.ts'
import type { PruneInput } from './prune.ts'

/** Shares that are tried on each layer; a pattern of N:M has one. */
const SHARES = [0.25, 0.5, 0.75, 0.9]

/** What a cut in one layer alone costs, without any training after it. */
export interface LayerSensitivity {
  readonly layer: string
  /** Of its kernel. */
  readonly weights: number
  /** Validation scores, one for each share. */
  readonly scores: readonly number[]
}

/** Cuts one layer after the other by each share, and scores what is left on the validation records; nothing is written. */
export async function scanSensitivity(input: Omit<PruneInput, 'out'>, context: Context = {}) {
  const method = methodOf(input)
  limitThreads(input.threads)
  const tf = loadTfjs()
  const { model, metadata } = await loadFloatModel(tf, input.model)
  const task = taskOfModel(metadata)
  const { opened } = await openRecords(task, ['validation'], forModel(input.model, metadata, input), context)
  const validation = opened.splits.validation!
  const score = (of: LayersModel) => selectionScore(predictFloat(tf, of, validation, metadata))
  const whole = score(model)
  const shares = method.name === 'nm' ? [1 - (input.pattern ? input.pattern.keep / input.pattern.of : 0.5)] : SHARES
  const kernels = prunable(model)
  const watch = openWatch(context, 'scan', 'cuts', kernels.length * shares.length)
  const layers: LayerSensitivity[] = []
  for (const [i, kernel] of kernels.entries()) {
    const scores: number[] = []
    for (const [j, sparsity] of shares.entries()) {
      context.signal?.throwIfAborted()
      const amount = { ...amountOf(input), sparsity, layers: undefined }
      scores.push(await withCut({ tf, model, kernel, method, amount }, cut => score(cut).value))
      watch.update(i * shares.length + j + 1, { text: layerOf(kernel) })
    }
    layers.push({ layer: layerOf(kernel), weights: kernel.variable.size, scores })
  }
  watch.stop()
  const figures = { ...provenanceOf(opened), method: method.name, shares, [whole.name]: whole.value, layers }
  return { figures, shares, whole, layers, synthetic: opened.synthetic, validationRecords: validation.length }
}

/** Returns what `work` returns on the model with one layer cut; the model is whole again afterwards. */
async function withCut<T>(
  {
    tf,
    model,
    kernel,
    method,
    amount,
  }: { tf: Tf; model: LayersModel; kernel: Weight; method: PruneMethod; amount: Amount },
  work: (cut: LayersModel) => T,
): Promise<T> {
  if (method.kind === 'shrink') {
    const layers = { [layerOf(kernel)]: amount.sparsity }
    const smaller = await method.shrink(tf, model, { ...amount, sparsity: 0, layers })
    const result = work(smaller)
    smaller.dispose()
    return result
  }
  const whole = readWeights(model)
  applyMasks(tf, model, method.masks([kernel], amount))
  const result = work(model)
  writeWeights(tf, model, whole)
  return result
}
