import { clamp, requantize } from "./fixed-point";

/** SOFTMAX over rows of `classes` int16; the output first holds the exponentials. Twin of src-ts/ops/parts/softmax-int16.ts. */
export function softmaxInt16(
  input: usize, rows: i32, classes: i32, output: usize, multiplier: i32, shift: i32, exponentials: usize, reciprocals: usize
): void {
  const bytes = <usize>classes << 1;
  for (let row = 0; row < rows; row++) {
    const end = input + bytes, start = output;
    let largest = i32(i16.MIN_VALUE), sum = 0;
    for (let at = input; at < end; at += 2) largest = max(largest, <i32>load<i16>(at));
    for (; input < end; input += 2, output += 2) {
      const difference = requantize(<i32>load<i16>(input) - largest, multiplier, shift);
      const share = lookUp(exponentials, difference + 32767);
      store<i16>(output, share);
      sum += share;
    }
    const headroom = clz(sum);
    const normalized = <i32>(((<i64>sum << (headroom - 1)) + (1 << 13)) >> 14);
    const reciprocal = lookUp(reciprocals, normalized - 3 * (1 << 15));
    const right = 31 - headroom;
    for (let at = start; at < output; at += 2) {
      const result: i32 = (<i32>load<i16>(at) * reciprocal + (1 << (right - 1))) >> right;
      store<i16>(at, clamp(result, 0, 32767));
    }
  }
}

/** A value between entries of a table of 513 i16, one for every 128th place; the place saturates at int16. */
// @ts-ignore: decorator
@inline
function lookUp(table: usize, place: i32): i32 {
  const at = clamp(place, -32768, 32767);
  const entry = table + (<usize>(256 + (at >> 7)) << 1);
  const low = <i32>load<i16>(entry);
  return <i32><i16>(low + (((<i32>load<i16>(entry, 2) - low) * (at & 127) + 64) >> 7));
}
