import type { Tensor } from '@tensorflow/tfjs'
import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { asSeen } from '../ecg/datasets/drawn.ts'
import { standardizeFeatures } from '../ir/input-map.ts'
import type { Recipe } from '../networks/network.ts'
import { random } from '../random.ts'
import { addFeatureNoise, draws, undistorted, type Window, writeWindow } from './augment.ts'
import type { Batch } from './batch.ts'
import { batchDrawer, drawingsOnTop } from './draw-batches.ts'
import { mixBatch } from './mixup.ts'
import { streams } from './streams.ts'
import type { Tf } from './tf.ts'

/** Returns how many batches an epoch has: as even as possible, so that batch norm never sees a batch of one left-over record. */
export function batchesPerEpoch(records: number, batchSize: number): number {
  return Math.max(1, Math.round(records / batchSize))
}

/**
 * Yields every record of a training split once, in random order, cropped and augmented as the recipe says.
 * What happens to a record depends on seed, epoch and record only: not on interrupts, nor on the batch it falls into, unless it is mixed
 * with others of that batch. A network of drawings sees what came of that, drawn.
 */
export function* trainingBatches(
  dataset: Dataset,
  standardization: Standardization,
  recipe: Recipe,
  seed: number,
  epoch: number,
): Generator<Batch> {
  const { drawn } = standardization
  if (!drawn || dataset.width) return yield* signalBatches(dataset, standardization, recipe, seed, epoch)
  const looks = recipe.augment ? { seed, epoch } : undefined
  const draw = batchDrawer({ form: dataset, drawn, looks })
  const shown = drawingsOnTop()
  for (const batch of signalBatches(dataset, drawn, recipe, seed, epoch)) yield shown(batch, draw(batch))
}

/** Yields the same where records are signals, or before they are drawn. */
export function* signalBatches(
  dataset: Dataset,
  standardization: Standardization,
  { batchSize, cropSamples, augment, mixup }: Recipe,
  seed: number,
  epoch: number,
): Generator<Batch> {
  const window = windowOf(dataset, cropSamples)
  const order = random(seed, streams.order, epoch).permutation(dataset.length)
  const count = batchesPerEpoch(dataset.length, batchSize)
  const plain = undistorted(window)
  const distortion = (record: number) => {
    const stream = random(seed, streams.distortion, epoch, record)
    if (augment) return draws[augment](stream, window)
    return cropSamples ? { ...plain, start: stream.integer(window.samples - window.length + 1) } : plain
  }
  const fill = filler(dataset, window, standardization, Math.ceil(dataset.length / count))
  for (let batch = 0; batch < count; batch++) {
    const from = Math.floor((batch * dataset.length) / count)
    const to = Math.floor(((batch + 1) * dataset.length) / count)
    const filled = fill(order.subarray(from, to), distortion)
    if (mixup) mixBatch(filled, mixup, random(seed, streams.mixup, epoch, batch))
    yield filled
  }
}

/** Yields every record of a split once, whole, in order, and drawn where the network sees drawings. */
export function* orderedBatches(
  records: Dataset,
  standardization: Standardization,
  batchSize: number,
): Generator<Batch> {
  const dataset = asSeen(records, standardization)
  const window = windowOf(dataset)
  const plain = undistorted(window)
  const fill = filler(dataset, window, standardization, Math.min(batchSize, dataset.length))
  for (let from = 0; from < dataset.length; from += batchSize) {
    const size = Math.min(batchSize, dataset.length - from)
    const indices = Uint32Array.from({ length: size }, (_, i) => from + i)
    yield fill(indices, () => plain)
  }
}

/** A row of an image counts as a sample, and each of its values as a lead. */
function windowOf({ samples, width = 1, leads, sampleRateHz }: Dataset, length = samples): Window {
  return { samples, length, leads: width * leads.length, sampleRateHz }
}

/** Returns a function that fills one pair of arrays, made for batches of at most `largest` records, again and again. */
function filler(dataset: Dataset, window: Window, standardization: Standardization, largest: number) {
  const labels = dataset.labels.length
  const stride = window.length * window.leads
  const record = new Float32Array(window.samples * window.leads)
  const inputs = new Float32Array(largest * stride)
  const targets = new Float32Array(largest * labels)
  const width = dataset.features?.names.length ?? 0
  const features = new Float32Array(largest * width)
  const more = dataset.auxiliary?.labels.length ?? 0
  const auxiliary = new Float32Array(largest * more)
  return (indices: Uint32Array, distortion: (record: number) => ReturnType<typeof undistorted>): Batch => {
    const size = indices.length
    for (const [row, index] of indices.entries()) {
      dataset.read(index, record, 0)
      const drawn = distortion(index)
      writeWindow(record, window, drawn, standardization, inputs, row * stride)
      if (width > 0) {
        const own = features.subarray(row * width, (row + 1) * width)
        dataset.features!.read(index, own, 0)
        standardizeFeatures(own, standardization.features!)
        addFeatureNoise(own, drawn)
      }
      targets.set(dataset.targets.subarray(index * labels, (index + 1) * labels), row * labels)
      auxiliary.set(dataset.auxiliary?.targets.subarray(index * more, (index + 1) * more) ?? [], row * more)
    }
    return {
      size,
      records: indices,
      length: window.length,
      ...(dataset.width && { width: dataset.width }),
      inputs: inputs.subarray(0, size * stride),
      ...(width > 0 && { features: features.subarray(0, size * width) }),
      targets: targets.subarray(0, size * labels),
      ...(more > 0 && { auxiliary: auxiliary.subarray(0, size * more) }),
    }
  }
}

/**
 * Returns what a batch gives to the network: [size, length, leads], of images [size, length, width, leads], and [size, features] where
 * there are any.
 */
export function inputTensors(tf: Tf, { size, length, width, inputs, features }: Batch): Tensor[] {
  const row = inputs.length / size / length
  const signal = tf.tensor(inputs, width ? [size, length, width, row / width] : [size, length, row])
  return features ? [signal, tf.tensor2d(features, [size, features.length / size])] : [signal]
}
