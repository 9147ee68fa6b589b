/** Channels of a block: sixteen, but eight at the end where that is enough. Twin of blockOf in src-as/products.ts. */
function blockOf(left: number): number {
  return left > 8 ? 16 : 8
}

/** Channels after filling up, as src-as/products.ts computes them. */
export function paddedChannels(channels: number): number {
  return Math.ceil(channels / 8) * 8
}

/**
 * Returns weights in the order of src-as/products.ts: blocks of 16 (8) channels; in a block pair after pair of values of a row; of a pair
 * two numbers for each channel. `at(channel, i)` is the weight of value i of the `length` (even) values of a row; channels that are
 * filled up are zero.
 */
export function layOut(channels: number, length: number, at: (channel: number, i: number) => number): Int8Array {
  const padded = paddedChannels(channels)
  const packed = new Int8Array(padded * length)
  let place = 0
  for (let first = 0; first < padded; ) {
    const block = Math.min(blockOf(padded - first), padded - first)
    for (let pair = 0; pair < length; pair += 2) {
      for (let channel = first; channel < first + block; channel++, place += 2) {
        if (channel >= channels) continue
        packed[place] = at(channel, pair)
        packed[place + 1] = at(channel, pair + 1)
      }
    }
    first += block
  }
  return packed
}
