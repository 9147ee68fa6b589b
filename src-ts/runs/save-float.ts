import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { fitToValidation } from '../metrics/fitted.ts'
import { type SelectionScore, selectionScore } from '../metrics/selection-score.ts'
import type { Task } from '../tasks/task.ts'
import { saveFloatModel } from '../train/float-model.ts'
import { predictFloat } from '../train/predict.ts'
import type { Tf } from '../train/tf.ts'
import { modelMetadata } from './model-metadata.ts'

/** A trained model and what is known of it. */
export interface TrainedModel {
  readonly tf: Tf
  readonly model: LayersModel
  readonly task: Task
  /** Name of its network. */
  readonly network: string
  readonly standardization: Standardization
  /** Records that choose thresholds and temperature; absent when the model was trained on them. */
  readonly validation?: Dataset
}

/**
 * Fits thresholds and temperature to the validation records and writes the model with its metadata below `out`.
 * `provenance` gets the model's score on these records.
 */
export async function saveFloat(
  { tf, model, task, network, standardization, validation }: TrainedModel,
  provenance: (score?: SelectionScore) => Record<string, unknown>,
  out: string,
) {
  const predictions = validation && predictFloat(tf, model, validation, standardization)
  const score = predictions && selectionScore(predictions)
  const fitted = fitToValidation(task, predictions)
  const metadata = modelMetadata(task, network, standardization, fitted, provenance(score))
  await saveFloatModel(tf, model, metadata, out)
  return { predictions, score, fitted, metadata }
}
