import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset } from '../ecg/datasets/dataset.ts'
import { type CompiledModel, toModel } from '../engines/model.ts'
import type { Metadata } from '../ir/metadata.ts'
import type { Recipe } from '../networks/network.ts'
import { quantizationAware } from '../quantize/aware.ts'
import { type IntegerForm, integerForm, type Precision } from '../quantize/form.ts'
import { quantize } from '../quantize/quantize.ts'
import { fineTuning } from '../train/fine-tuning.ts'
import type { LossTerm } from '../train/loss.ts'
import type { Tf } from '../train/tf.ts'
import type { Context } from '../watch.ts'
import { fit } from './fit.ts'
import { standardizationOf } from './model-metadata.ts'
import { calibrationRecords, lower } from './to-integers.ts'

/** A trained model and what it is trained on further. */
export interface AwareParts {
  readonly tf: Tf
  /** Stays as it is. */
  readonly model: LayersModel
  readonly metadata: Metadata
  /** By which the model was trained. */
  readonly trainedBy: Recipe
  readonly train: Dataset
  readonly dataHash: string
  /** Of the loss, default that of the labels alone. */
  readonly terms?: readonly LossTerm[]
}

export interface AwareInput {
  /** Of training with fake quantization; the last one is kept, so that no record chooses. */
  readonly epochs: number
  /** Peak learning rate of that training. Default a tenth of the recipe's. */
  readonly learningRate?: number
  /** Draws the calibration records, their order and augmentation. */
  readonly seed: number
  readonly name: string
  readonly precision: Precision
}

/**
 * Trains a model as the integers that it will become, and returns them with the float graph that they were made of; undefined when the
 * signal came first. Weights that are zero stay zero. Whole records are trained on: ranges are those of whole records.
 */
export async function quantizeAware(
  { tf, model, metadata, trainedBy, train, dataHash, terms }: AwareParts,
  { epochs, learningRate, seed, name, precision }: AwareInput,
  context: Context,
): Promise<(IntegerForm & { readonly int8: CompiledModel; readonly recipe: Recipe }) | undefined> {
  const rows = calibrationRecords(train, metadata, seed)
  const { graph: float, ranges, scheme, int16 } = integerForm(tf, lower(tf, model, metadata, train), rows, precision)
  const shapes = model.inputs.map(({ shape }) => shape.slice(1) as number[])
  const aware = quantizationAware(tf, float, ranges, scheme, shapes)
  try {
    // With batch norm folded, decay would change what the network computes, and a running mean would blur the rounded weights.
    const recipe = { ...fineTuning(trainedBy, epochs, learningRate), ...plain }
    const parts = {
      tf,
      model: aware.model,
      masks: aware.masks,
      train,
      standardization: standardizationOf(metadata),
      recipe,
      terms,
      dataHash,
    }
    const { ended } = await fit({ ...parts, seed }, 'train as integers', context)
    if (ended === 'interrupted') return undefined
    const { graph, ranges: learned } = aware.trained()
    return {
      graph,
      ranges: learned,
      scheme,
      ...(int16 && { int16 }),
      int8: toModel(quantize(graph, learned, scheme), name),
      recipe,
    }
  } finally {
    aware.model.dispose()
  }
}

const plain = { cropSamples: undefined, weightDecay: 0, averageDecay: 0 }
