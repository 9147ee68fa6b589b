import { clamp, requantize } from "./fixed-point";

/** ADD_N: `terms` inputs, whose addresses are a list, raised by 19 bits, added to minus the zero point, brought to the output's scale. */
export function addN(
  addresses: usize, terms: i32, inputZero: i32,
  output: usize, count: i32, outputZero: i32, multiplier: i32, shift: i32
): void {
  const end = addresses + (<usize>terms << 2);
  for (let i: usize = 0; i < <usize>count; i++) {
    let sum = -inputZero << 19;
    for (let at = addresses; at < end; at += 4) sum += (<i32>load<i8>(<usize>load<u32>(at) + i) - inputZero) << 19;
    store<i8>(output + i, clamp(requantize(sum, multiplier, shift) + outputZero, -128, 127));
  }
}
