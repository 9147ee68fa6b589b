import type { Dataset, SplitName } from './dataset.ts'

/**
 * Returns the records at `indices` of a data set, in that order, as a data set of its own that is used as `split`.
 * Signals are read from where they are; nothing is copied.
 */
export function subset(dataset: Dataset, indices: readonly number[], split: SplitName): Dataset {
  const { features, auxiliary, along } = dataset
  const records = indices.map(index => dataset.records[index])
  return {
    ...dataset,
    split,
    length: indices.length,
    targets: rowsOf(dataset.targets, dataset.labels.length, indices),
    records,
    read: (place, out, at) => dataset.read(indices[place], out, at),
    ...(features && {
      features: { names: features.names, read: (place, out, at) => features.read(indices[place], out, at) },
    }),
    ...(auxiliary && {
      auxiliary: { ...auxiliary, targets: rowsOf(auxiliary.targets, auxiliary.labels.length, indices) },
    }),
    ...(along && { along: () => ofPatients(along(), new Set(records.map(({ patient }) => patient)), split) }),
  }
}

/** Returns the records of some patients. */
function ofPatients(dataset: Dataset, patients: ReadonlySet<string>, split: SplitName): Dataset {
  const indices = [...dataset.records.keys()].filter(index => patients.has(dataset.records[index].patient))
  return subset(dataset, indices, split)
}

function rowsOf(table: Uint8Array, width: number, indices: readonly number[]): Uint8Array {
  const rows = new Uint8Array(indices.length * width)
  for (const [place, index] of indices.entries())
    rows.set(table.subarray(index * width, (index + 1) * width), place * width)
  return rows
}
