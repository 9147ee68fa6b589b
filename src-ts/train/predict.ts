import type { Tensor2D } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { asSeen } from '../ecg/datasets/drawn.ts'
import { HolterError } from '../errors.ts'
import { type PatientPredictions, predictionsOf } from '../metrics/predictions.ts'
import { logitsOf } from '../metrics/probabilities.ts'
import type { Report } from '../watch.ts'
import { inputTensors, orderedBatches } from './batches.ts'
import type { Tf } from './tf.ts'

/** Of single precision, next to 1. */
const PROBABILITY_STEP = 2 ** -24

export interface PredictOptions {
  readonly tf: Tf
  readonly model: LayersModel
  readonly dataset: Dataset
  readonly standardization: Standardization
  /** Records at a time, default 128; results do not depend on it beyond rounding. */
  readonly batchSize?: number
  /** Called after each batch. */
  readonly progress?: (done: number, total: number) => void
}

/**
 * Returns the logits of every record of a split, whole windows, row-major [records, labels]. Of a model that ends in a sigmoid or a
 * softmax they are those that give its probabilities.
 */
export function predictLogits(options: PredictOptions): Float32Array {
  const { tf, model, standardization, batchSize = 128, progress } = options
  const dataset = asSeen(options.dataset, standardization)
  checkFit(model, dataset)
  const labels = dataset.labels.length
  const logits = new Float32Array(dataset.length * labels)
  let done = 0
  for (const batch of orderedBatches(dataset, standardization, batchSize)) {
    const own = tf.tidy(() =>
      (model.apply(inputTensors(tf, batch), { training: false }) as Tensor2D).dataSync<'float32'>(),
    )
    logits.set(own, done * labels)
    done += batch.size
    progress?.(done, dataset.length)
  }
  return endsInProbabilities(model) ? Float32Array.from(logitsOf(logits, dataset.kind, PROBABILITY_STEP)) : logits
}

/** Returns the float model's predictions on a split. */
export function predictFloat(
  tf: Tf,
  model: LayersModel,
  dataset: Dataset,
  standardization: Standardization,
  report?: Report,
): PatientPredictions {
  return predictionsOf(dataset, predictLogits({ tf, model, dataset, standardization, progress: report }))
}

/** Whether a model's last layer squashes its outputs, as Keras models from elsewhere often do; ours end at logits. */
function endsInProbabilities({ outputs: [output] }: LayersModel): boolean {
  const { activation } = output.sourceLayer.getConfig() as { activation?: unknown }
  const name = typeof activation === 'string' ? activation : output.sourceLayer.getClassName()
  return /^(sigmoid|softmax)$/i.test(name)
}

/** Throws HolterError unless the model takes this dataset's records and gives one logit per label. */
export function checkFit(model: LayersModel, { name, samples, width, leads, labels, features }: Dataset): void {
  const form = (signal: string, numbers: number, outputs: number | null) =>
    `${signal}${numbers ? ` and ${numbers} features` : ''} → ${outputs}`
  const [, length, ...rest] = model.inputs[0].shape
  const [, outputs] = model.outputs[0].shape
  const record = [samples, ...(width ? [width] : []), leads.length].join(' × ')
  const expected = form(record, features?.names.length ?? 0, labels.length)
  const got = form([length ?? samples, ...rest].join(' × '), model.inputs[1]?.shape[1] ?? 0, outputs)
  if (got === expected) return
  throw new HolterError({
    stage: 'train',
    where: model.name,
    problem: `the network does not fit the records of ${name}`,
    got,
    expected,
    hint: 'Take a network that was made for this task (holter train --help lists them), or another --task',
  })
}
