import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset } from '../ecg/dataset.ts'
import { HolterError, type Problem } from '../errors.ts'
import { macroAuc } from '../metrics/roc.ts'
import type { Recipe } from '../networks/network.ts'
import { checkFit } from './predict.ts'

/** What a run is made of, as far as its parts must fit together. */
export interface RunParts {
  readonly model: LayersModel
  readonly train: Dataset
  readonly validation?: Dataset
  readonly recipe: Recipe
  readonly patience?: number
}

/** Throws HolterError when the parts of a run do not fit together, before any time is spent on it. */
export function checkRun({ model, train, validation, recipe, patience }: RunParts): void {
  checkNumbers(recipe, patience)
  for (const dataset of validation ? [train, validation] : [train]) checkFit(model, dataset)
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
      where: 'patience',
      problem: 'no validation records are left to stop early by, since they are trained on too',
      hint: 'Set epochs instead',
    })
  }
  if (recipe.cropSamples === undefined) return
  if (recipe.cropSamples > train.samples) {
    refuse({
      where: 'cropSamples',
      problem: 'longer than a record',
      got: recipe.cropSamples,
      expected: `at most ${train.samples}`,
    })
  }
  if (model.layers.some(layer => layer.getClassName() === 'Flatten')) {
    refuse({
      where: model.name,
      problem: 'this network cannot train on crops, because a flat dense layer fixes its input length',
      hint: 'Leave cropSamples out, or choose a network that pools over time',
    })
  }
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

function checkNumbers(
  { epochs, batchSize, learningRate, weightDecay, cropSamples, clipNorm, averageDecay, mixup, auxiliary }: Recipe,
  patience?: number,
): void {
  const whole = { epochs, batchSize, cropSamples, patience }
  for (const [where, got] of Object.entries(whole)) {
    if (got !== undefined && !(Number.isInteger(got) && got >= 1)) {
      refuse({ stage: 'usage', where, problem: 'not a whole number of at least 1', got })
    }
  }
  const positive = { learningRate, clipNorm }
  for (const [where, got] of Object.entries(positive)) {
    if (got !== undefined && !(got > 0 && Number.isFinite(got)))
      refuse({ stage: 'usage', where, problem: 'not a number above 0', got })
  }
  if (averageDecay !== undefined && !(averageDecay >= 0 && averageDecay < 1)) {
    refuse({
      stage: 'usage',
      where: 'averageDecay',
      problem: 'not a number of at least 0 and below 1',
      got: averageDecay,
    })
  }
  if (mixup !== undefined && !(mixup >= 0 && mixup <= 1)) {
    refuse({ stage: 'usage', where: 'mixup', problem: 'not a number from 0 to 1', got: mixup })
  }
  if (auxiliary !== undefined && !(auxiliary >= 0 && Number.isFinite(auxiliary)))
    refuse({ stage: 'usage', where: 'auxiliary', problem: 'not a number of at least 0', got: auxiliary })
  if (!(weightDecay >= 0))
    refuse({ stage: 'usage', where: 'weightDecay', problem: 'not a number of at least 0', got: weightDecay })
}

function refuse(problem: Omit<Problem, 'stage'> & Partial<Pick<Problem, 'stage'>>): never {
  throw new HolterError({ stage: 'train', ...problem })
}
