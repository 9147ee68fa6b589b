import type { Dataset } from './dataset.ts'

/** Returns the records of two data sets of one form, the first's before the second's, as one; name and split are the first's. */
export function joinDatasets(first: Dataset, second: Dataset): Dataset {
  const of = (index: number): [Dataset, number] =>
    index < first.length ? [first, index] : [second, index - first.length]
  return {
    ...first,
    length: first.length + second.length,
    targets: joined(first.targets, second.targets),
    records: [...first.records, ...second.records],
    read(index, out, at) {
      const [own, place] = of(index)
      own.read(place, out, at)
    },
    ...(first.features && {
      features: {
        names: first.features.names,
        read(index, out, at) {
          const [own, place] = of(index)
          own.features!.read(place, out, at)
        },
      },
    }),
    ...(first.auxiliary && {
      auxiliary: { ...first.auxiliary, targets: joined(first.auxiliary.targets, second.auxiliary!.targets) },
    }),
    along: first.along && second.along && (() => joinDatasets(first.along!(), second.along!())),
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
