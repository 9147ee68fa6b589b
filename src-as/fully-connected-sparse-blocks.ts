// FULLY_CONNECTED whose weights that are not zero stand in blocks of four neighbours. The row is widened to int16 in scratch; a step takes
// two blocks of each of four output channels: two loads of four inputs, wherever they lie, make one vector.

import { channelBytes, packLanes, scaleLanes } from "./requantize-lanes";
import { widen } from "./widen";

/** Bytes before the steps of four channels: how many there are, the four channels. */
const HEAD_BYTES: usize = 10;
/** Bytes of a step: eight places (16 bits), eight blocks of weights. */
const STEP_BYTES: usize = 48;

/** `steps` as src-ts/ops/kernels/fully-connected-sparse-blocks.ts packs them. `scratch` takes a row of int16. */
export function fullyConnectedSparseBlocks<Scale>(
  input: usize, rows: i32, depth: i32, output: usize, outC: i32, steps: usize, channels: usize, scratch: usize, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  for (; rows > 0; rows--) {
    widen(scratch, input, depth);
    let step = steps, c = channels;
    for (let o = 0; o < outC; o += 4) {
      const head = step;
      step += HEAD_BYTES;
      const end = step + <usize>load<u16>(head) * STEP_BYTES;
      let w: v128, a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
      do {
        w = v128.load_ext<i8>(step, 16);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(w, twoBlocks(scratch, load<u16>(step), load<u16>(step, 2))));
        w = v128.load_ext<i8>(step, 24);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(w, twoBlocks(scratch, load<u16>(step, 4), load<u16>(step, 6))));
        w = v128.load_ext<i8>(step, 32);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(w, twoBlocks(scratch, load<u16>(step, 8), load<u16>(step, 10))));
        w = v128.load_ext<i8>(step, 40);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(w, twoBlocks(scratch, load<u16>(step, 12), load<u16>(step, 14))));
        step += STEP_BYTES;
      } while (step != end);
      const sums = pairSums(pairSums(a0, a1), pairSums(a2, a3));
      const scaled = scaleLanes<Scale>(i32x4.add(sums, v128.load(c)), c + 16, 16, shift);
      const bytes = packLanes(scaled, scaled, scaled, scaled, lows, highs);
      v128.store8_lane(output + <usize>load<u16>(head, 2), bytes, 0);
      v128.store8_lane(output + <usize>load<u16>(head, 4), bytes, 1);
      v128.store8_lane(output + <usize>load<u16>(head, 6), bytes, 2);
      v128.store8_lane(output + <usize>load<u16>(head, 8), bytes, 3);
      c += 4 * channelBytes<Scale>();
    }
    input += <usize>depth; output += <usize>outC;
  }
}

/** Four int16 from each of two places. The first load takes eight: one instruction, where four would be two. */
// @ts-ignore: decorator
@inline
function twoBlocks(row: usize, first: i32, second: i32): v128 {
  return v128.load64_lane(row + <usize>second, v128.load(row + <usize>first), 1);
}

/** Sums of neighbouring lanes, first those of `a`. */
// @ts-ignore: decorator
@inline
function pairSums(a: v128, b: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
}
