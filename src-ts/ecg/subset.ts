import type { Dataset, SplitName } from './dataset.ts'

/**
 * Returns the records at `indices` of a data set, in that order, as a data set of its own that is used as `split`.
 * Signals are read from where they are; nothing is copied.
 */
export function subset(dataset: Dataset, indices: readonly number[], split: SplitName): Dataset {
  const { features } = dataset
  const width = dataset.labels.length
  const targets = new Uint8Array(indices.length * width)
  for (const [place, index] of indices.entries())
    targets.set(dataset.targets.subarray(index * width, (index + 1) * width), place * width)
  return {
    ...dataset,
    split,
    length: indices.length,
    targets,
    records: indices.map(index => dataset.records[index]),
    read: (place, out, at) => dataset.read(indices[place], out, at),
    ...(features && {
      features: { names: features.names, read: (place, out, at) => features.read(indices[place], out, at) },
    }),
  }
}
