/** Filters with a larger part of weights that are not zero are dense: not worth a look. */
export const DENSEST = 0.6
/** Zeros that one weight of a packed filter can skip. */
const LONGEST_GAP = 255

export function nonZero(filter: Int8Array): number {
  return filter.reduce((count, w) => count + (w === 0 ? 0 : 1), 0)
}

/** Filters as the weights that are named, or runs of them, each with what is skipped before it. */
export interface SparseFilter {
  readonly bytes: Uint8Array
  /** For each filter where the runs stand that are named, counted in runs. */
  readonly places: readonly (readonly number[])[]
}

/**
 * Packs filters [outC, perFilter]: for each the count (int16), then for each run of `run` weights how many runs of zeros stand before it and its
 * values. Zeros are named where more than 255 runs follow each other.
 */
export function packSparse(filter: Int8Array, outC: number, run = 1): SparseFilter {
  const perFilter = filter.length / outC
  const bytes: number[] = []
  const places = Array.from({ length: outC }, (_, o) => {
    const weights = filter.subarray(o * perFilter, (o + 1) * perFilter)
    const named = placesOf(weights, run)
    bytes.push(named.length & 0xff, named.length >> 8)
    named.forEach((place, i) => {
      bytes.push(
        place - (named[i - 1] ?? -1) - 1,
        ...weights.subarray(place * run, (place + 1) * run).map(w => w & 0xff),
      )
    })
    return named
  })
  return { bytes: Uint8Array.from(bytes), places }
}

function placesOf(weights: Int8Array, run: number): number[] {
  const places: number[] = []
  const runs = weights.length / run
  for (let place = 0; place < runs; place++) {
    const zero = weights.subarray(place * run, (place + 1) * run).every(w => w === 0)
    if (!zero || place - (places.at(-1) ?? -1) - 1 === LONGEST_GAP) places.push(place)
  }
  return places
}

/** Neighbouring weights that are kept or cut together: what `holter prune --method block` makes. */
export const BLOCK = 4

/** Returns for each filter [outC, perFilter] which blocks of four neighbouring weights are not all zeros; a last one may be shorter. */
export function blocksOf(filter: Int8Array, outC: number): number[][] {
  const perFilter = filter.length / outC
  return Array.from({ length: outC }, (_, o) => {
    const blocks: number[] = []
    for (let i = 0; i < perFilter; i++) {
      const block = Math.floor(i / BLOCK)
      if (filter[o * perFilter + i] !== 0 && blocks.at(-1) !== block) blocks.push(block)
    }
    return blocks
  })
}
