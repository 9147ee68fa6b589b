import { standardize, standardizeFeatures } from '../../ir/input-map.ts'
import { random } from '../../random.ts'
import { type Dataset, recordSize, type Standardization } from './dataset.ts'
import { asSeen } from './drawn.ts'

/** Values of a record as networks see it: samples of all leads, then features. */
export function rowLength(dataset: Dataset): number {
  return recordSize(dataset) + (dataset.features?.names.length ?? 0)
}

/** Chooses records of a split at random and returns them as the network sees them, standardized, one row after another: the signal, then the features where there are any. */
export function standardizedRows(
  records: Dataset,
  standardization: Standardization,
  count: number,
  seed: number,
): Float32Array {
  const dataset = asSeen(records, standardization)
  const size = rowLength(dataset)
  const samples = recordSize(dataset)
  const rows = new Float32Array(count * size)
  const order = random(seed).permutation(dataset.length)
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * size, (i + 1) * size)
    dataset.read(order[i], row, 0)
    for (let j = 0; j < samples; j++) row[j] = standardize(row[j], standardization)
    if (!dataset.features) continue
    dataset.features.read(order[i], row, samples)
    standardizeFeatures(row.subarray(samples), standardization.features!)
  }
  return rows
}
