import type { Tensor2D } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { asSeen } from '../ecg/datasets/drawn.ts'
import { HolterError, type Problem } from '../errors.ts'
import { macroAuc } from '../metrics/roc.ts'
import type { Recipe } from '../networks/network.ts'
import { checkFit } from './predict.ts'
import type { Tf } from './tf.ts'

/** What a run is made of, as far as its parts must fit together. */
export interface RunParts {
  readonly tf: Tf
  readonly model: LayersModel
  readonly train: Dataset
  readonly validation?: Dataset
  readonly standardization: Standardization
  readonly recipe: Recipe
  readonly patience?: number
}

/** Throws HolterError when the parts of a run do not fit together, before any time is spent on it. */
export function checkRun({ tf, model, train, validation, standardization, recipe, patience }: RunParts): void {
  checkNumbers({ ...recipe, patience }, (entry, problem, got) => {
    refuse({ stage: 'usage', where: flagOf(entry), problem, got })
  })
  for (const dataset of validation ? [train, validation] : [train]) checkFit(model, asSeen(dataset, standardization))
  if (train.split !== 'train')
    refuse({ where: 'train', problem: 'training on another split', got: train.split, expected: 'train' })
  if (validation?.split === 'test') {
    refuse({
      where: 'validation',
      problem: 'the test split must not choose weights',
      got: 'test',
      expected: 'validation',
    })
  }
  if (train.length === 0) refuse({ where: train.name, problem: 'no training records' })
  if (validation) checkScorable(validation)
  else if (patience !== undefined) {
    refuse({
      stage: 'usage',
      where: flagOf('patience'),
      problem: 'no validation records are left to stop early by, since they are trained on too',
      hint: 'Set --epochs instead',
    })
  }
  const { cropSamples } = recipe
  if (cropSamples === undefined) return
  if (standardization.drawn) {
    const problem = 'a network of drawings sees whole records'
    refuse({ stage: 'usage', where: flagOf('cropSamples'), problem, hint: 'Leave it out' })
  }
  if (cropSamples > train.samples) {
    refuse({
      stage: 'usage',
      where: flagOf('cropSamples'),
      problem: 'longer than a record',
      got: cropSamples,
      expected: `at most ${train.samples}`,
    })
  }
  if (!takesWindows(tf, model, cropSamples)) {
    refuse({
      where: model.name,
      problem: `this network cannot train on crops of ${cropSamples} samples`,
      hint: `Take longer --crop-samples; a network with a flat dense layer takes whole records only: ${train.samples}`,
    })
  }
}

/**
 * Returns whether a model gives numbers for windows of so many samples. A flat dense layer fixes the input's length, and layers without
 * padding leave nothing of a short window.
 */
export function takesWindows(tf: Tf, model: LayersModel, samples: number): boolean {
  try {
    return tf.tidy(() => {
      const zeros = model.inputs.map(({ shape: [, ...shape] }, i) =>
        tf.zeros([1, ...(i === 0 ? [samples, ...shape.slice(1)] : shape)] as number[]),
      )
      const logits = model.apply(zeros, { training: false }) as Tensor2D
      return logits.dataSync().every(Number.isFinite)
    })
  } catch {
    // Whatever a layer or the native library says of it, in words of its own.
    return false
  }
}

/** Returns the option of the command line that sets an entry of a recipe: '--crop-samples' of 'cropSamples'. */
export function flagOf(entry: string): string {
  return `--${entry.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

/** A validation split on which nothing can be scored would keep an epoch by chance. */
function checkScorable({ name, labels, targets }: Dataset): void {
  if (!Number.isNaN(macroAuc({ labels, targets, logits: new Float32Array(targets.length) }).macro)) return
  refuse({
    where: name,
    problem: 'no label has both positive and negative validation records',
    hint: 'Use more records',
  })
}

/** Calls `refuse` with the first entry of a recipe whose number is outside its range; `patience` is that of the run. */
export function checkNumbers(
  recipe: Recipe & { readonly patience?: number },
  refuse: (entry: string, problem: string, got: number) => never,
): void {
  const { epochs, batchSize, cropSamples, patience, learningRate, clipNorm } = recipe
  const { weightDecay, averageDecay, mixup, auxiliary } = recipe
  for (const [entry, got] of Object.entries({ epochs, batchSize, cropSamples, patience })) {
    if (got !== undefined && !(Number.isInteger(got) && got >= 1))
      refuse(entry, 'not a whole number of at least 1', got)
  }
  for (const [entry, got] of Object.entries({ learningRate, clipNorm })) {
    if (got !== undefined && !(got > 0 && Number.isFinite(got))) refuse(entry, 'not a number above 0', got)
  }
  if (averageDecay !== undefined && !(averageDecay >= 0 && averageDecay < 1))
    refuse('averageDecay', 'not a number of at least 0 and below 1', averageDecay)
  if (mixup !== undefined && !(mixup >= 0 && mixup <= 1)) refuse('mixup', 'not a number from 0 to 1', mixup)
  if (auxiliary !== undefined && !(auxiliary >= 0 && Number.isFinite(auxiliary)))
    refuse('auxiliary', 'not a number of at least 0', auxiliary)
  if (!(weightDecay >= 0)) refuse('weightDecay', 'not a number of at least 0', weightDecay)
}

function refuse(problem: Omit<Problem, 'stage'> & Partial<Pick<Problem, 'stage'>>): never {
  throw new HolterError({ stage: 'train', ...problem })
}
