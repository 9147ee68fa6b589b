import { HolterError } from '../../errors.ts'
import type { Dataset, FeatureStandardization, Features, Standardization } from './dataset.ts'

/**
 * Returns the mean and the population deviation, in millivolts, of all samples of all leads of a training split, as one scalar
 * each. Sums are kept in double precision and merged record by record (Chan, Golub and LeVeque, 1979), so that an offset does not
 * eat the digits. Any other split is refused: what is measured on validation or test records leaks into the model.
 */
export function fitStandardization(
  dataset: Dataset,
  progress?: (done: number, total: number) => void,
): Standardization {
  const refuse = (problem: string, hint: string, got?: string | number, expected?: string) =>
    new HolterError({ stage: 'ecg', where: `${dataset.name} ${dataset.split}`, problem, got, expected, hint })
  if (dataset.split !== 'train') {
    throw refuse(
      'mean and deviation may be fitted on training records only',
      'Open the train split',
      dataset.split,
      'train',
    )
  }
  const size = dataset.samples * dataset.leads.length
  const record = new Float32Array(size)
  let count = 0
  let mean = 0
  let squares = 0
  for (let index = 0; index < dataset.length; index++) {
    dataset.read(index, record, 0)
    let sum = 0
    for (let i = 0; i < size; i++) sum += record[i]
    const ownMean = sum / size
    let ownSquares = 0
    for (let i = 0; i < size; i++) ownSquares += (record[i] - ownMean) ** 2
    const delta = ownMean - mean
    squares += ownSquares + (delta * delta * count * size) / (count + size)
    count += size
    mean += (delta * size) / count
    progress?.(index + 1, dataset.length)
  }
  const deviation = Math.sqrt(squares / count)
  // Covers no records at all and samples that are no numbers, too.
  if (!(deviation > 0 && Number.isFinite(deviation))) {
    throw refuse(
      'the samples have no deviation to divide by',
      'The records are flat, empty or damaged',
      deviation,
      'more than 0',
    )
  }
  if (!dataset.features) return { mean, deviation }
  return { mean, deviation, features: fitFeatures(dataset.features, dataset.length, refuse) }
}

function fitFeatures(
  { names, read }: Features,
  records: number,
  refuse: (problem: string, hint: string, got?: string | number, expected?: string) => HolterError,
): FeatureStandardization {
  const all = new Float32Array(records * names.length)
  for (let index = 0; index < records; index++) read(index, all, index * names.length)
  const mean = names.map(() => 0)
  const deviation = names.map(() => 0)
  for (let i = 0; i < all.length; i++) mean[i % names.length] += all[i] / records
  for (let i = 0; i < all.length; i++) deviation[i % names.length] += (all[i] - mean[i % names.length]) ** 2 / records
  for (const [j, name] of names.entries()) {
    deviation[j] = Math.sqrt(deviation[j])
    if (!(deviation[j] > 0 && Number.isFinite(deviation[j])))
      throw refuse(
        `feature ${name} has no deviation to divide by`,
        'It is the same in all records, or no number',
        deviation[j],
        'more than 0',
      )
  }
  return { names, mean, deviation }
}
