// LOGISTIC and TANH of int16 by one table of the sigmoid, 256 u16 entries. Twins of src-ts/ops/parts/sigmoid-int16.ts.

export function logisticInt16(input: usize, count: i32, output: usize, table: usize, multiplier: i32, shift: i32): void {
  for (; count > 0; count--, input += 2, output += 2) {
    const place = placeOf(input, multiplier, shift);
    const above = interpolated(table, abs(place), 9, 0x7fff << 10);
    const result: i32 = (place >= 0 ? above + 512 : (1 << 25) - above + 511) >> 10;
    store<i16>(output, result);
  }
}

export function tanhInt16(input: usize, count: i32, output: usize, table: usize, multiplier: i32, shift: i32): void {
  for (; count > 0; count--, input += 2, output += 2) {
    const place = placeOf(input, multiplier, shift);
    const above = interpolated(table, abs(place), 8, 0xffff << 8) - (1 << 23);
    const result: i32 = (place >= 0 ? above + 128 : 127 - above) >> 8;
    store<i16>(output, result);
  }
}

// @ts-ignore: decorator
@inline
function placeOf(input: usize, multiplier: i32, shift: i32): i32 {
  return (<i32>load<i16>(input) * multiplier + (shift > 0 ? 1 << (shift - 1) : 0)) >> shift;
}

/** The table at a place with `bits` fractional bits; `most` beyond its end. */
// @ts-ignore: decorator
@inline
function interpolated(table: usize, place: i32, bits: i32, most: i32): i32 {
  const index = place >> bits;
  if (index >= 255) return most;
  const at = table + (<usize>index << 1);
  const low = <i32>load<u16>(at);
  return (low << bits) + (place & ((1 << bits) - 1)) * (<i32>load<u16>(at, 2) - low);
}
