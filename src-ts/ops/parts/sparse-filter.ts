/** Zeros that one weight of a packed filter can skip. */
const LONGEST_GAP = 255

/**
 * Filters [outC, perFilter] as two bytes a weight that is not zero: for each filter the count (int16), then for each weight how many zeros stand
 * before it and its value. Zeros are named where more than 255 follow each other, and where there is nothing else.
 */
export function packSparse(filter: Int8Array, outC: number): { readonly bytes: Uint8Array; readonly steps: number } {
  const perFilter = filter.length / outC
  const bytes: number[] = []
  let steps = 0
  for (let o = 0; o < outC; o++) {
    const weights: number[] = []
    let gap = 0
    for (let i = 0; i < perFilter; i++) {
      const value = filter[o * perFilter + i]
      if (value !== 0 || gap === LONGEST_GAP || (i === perFilter - 1 && weights.length === 0)) {
        weights.push(gap, value & 0xff)
        gap = 0
      } else gap++
    }
    const count = weights.length / 2
    bytes.push(count & 0xff, count >> 8, ...weights)
    steps += Math.ceil(count / 2)
  }
  return { bytes: Uint8Array.from(bytes), steps }
}
