// FULLY_CONNECTED with few weights that are not zero. A step reads a window of 16 or 32 neighbouring inputs once for four output channels, each of
// which takes up to four of them by their places: what 1:4 or 1:8 sparsity has, and what other patterns fill in part.

import { channelBytes, packLanes, scaleLanes, storeFirst } from "./requantize-lanes";

/** Bytes of a step: where its inputs begin (16 bits), places of four inputs of each channel, their weights. */
const STEP_BYTES: usize = 34;

/** `steps` as `gatherSteps` writes them: for each four channels their number (16 bits), and the steps. `Wide` windows (i32, else i16) are of 32 inputs. */
export function fullyConnectedSparse<Wide, Scale>(
  input: usize, rows: i32, depth: i32, output: usize, outC: i32, steps: usize, channels: usize, shift: i32, low: i32, high: i32
): void {
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  for (; rows > 0; rows--) {
    let step = steps, c = channels;
    for (let o = 0; o < outC; o += 4) {
      const end = step + 2 + <usize>load<u16>(step) * STEP_BYTES;
      let a = i32x4.splat(0), b = a;
      step += 2;
      if (step != end) do {
        const from = input + <usize>load<u16>(step), places = v128.load(step, 2);
        let x = i8x16.swizzle(v128.load(from), places);
        // A place outside a vector gives zero.
        if (sizeof<Wide>() == 4) x = v128.or(x, i8x16.swizzle(v128.load(from, 16), i8x16.sub(places, i8x16.splat(16))));
        a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(x), v128.load_ext<i8>(step, 18)));
        b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(x), v128.load_ext<i8>(step, 26)));
        step += STEP_BYTES;
      } while (step != end);
      const sums = i32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
      const scaled = scaleLanes<Scale>(i32x4.add(sums, v128.load(c)), c + 16, 16, shift);
      storeFirst(output + <usize>o, packLanes(scaled, scaled, scaled, scaled, lows, highs), min(4, outC - o));
      c += 4 * channelBytes<Scale>();
    }
    input += <usize>depth; output += <usize>outC;
  }
}

/** What `gatherSteps` knows of a channel of four: where its next weight stands, how many are left, and which input the next one takes. */
const NEXT: usize = 0, LEFT: usize = 4, PLACE: usize = 8, STATE_BYTES: usize = 12;

/**
 * Start-up: makes steps of filters that src-ts/ops/parts/sparse-filter.ts has packed. A step begins at the first input that a channel of the
 * four still wants. `state` has 48 bytes; the bytes at `to` are zero.
 */
export function gatherSteps(from: usize, outC: i32, depth: i32, window: i32, state: usize, to: usize): void {
  for (let o = 0; o < outC; o += 4) {
    for (let c = 0; c < 4; c++) {
      const channel = state + <usize>c * STATE_BYTES, count = o + c < outC ? <i32>load<u16>(from) : 0;
      store<i32>(channel, count, LEFT);
      if (o + c >= outC) continue;
      from += 2;
      if (count == 0) continue;
      store<usize>(channel, from, NEXT);
      store<i32>(channel, load<u8>(from), PLACE);
      from += <usize>count << 1;
    }
    const head = to;
    to += 2;
    for (let first = firstPlace(state); first < depth; first = firstPlace(state)) {
      first = min(first, depth - window);
      store<u16>(to, first);
      for (let c = 0; c < 4; c++) take(state + <usize>c * STATE_BYTES, first, window, to + 2 + (<usize>c << 2));
      to += STEP_BYTES;
      store<u16>(head, load<u16>(head) + 1);
    }
  }
}

/** The first input that a channel still wants; a large number where none does. */
function firstPlace(state: usize): i32 {
  let first = i32.MAX_VALUE;
  for (let c = 0; c < 4; c++) {
    const channel = state + <usize>c * STATE_BYTES;
    if (load<i32>(channel, LEFT) > 0) first = min(first, load<i32>(channel, PLACE));
  }
  return first;
}

/** Up to four weights of a channel whose inputs are among the `window` from `first` on. */
function take(channel: usize, first: i32, window: i32, to: usize): void {
  for (let i: usize = 0; i < 4; i++) {
    const left = load<i32>(channel, LEFT), place = load<i32>(channel, PLACE), at = load<usize>(channel, NEXT);
    if (left == 0 || place >= first + window) return;
    store<u8>(to + i, place - first);
    store<i8>(to + i, load<i8>(at, 1), 16);
    store<i32>(channel, left - 1, LEFT);
    store<usize>(channel, at + 2, NEXT);
    if (left > 1) store<i32>(channel, place + 1 + <i32>load<u8>(at, 2), PLACE);
  }
}
