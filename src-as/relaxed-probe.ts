// What this engine's i32x4.relaxed_dot_i8x16_i7x16_add_s computes where an operand needs its eighth bit: the standard leaves that open.

/** None of the three: the vector kernels without it run. */
const UNKNOWN: i32 = 0;
/** Σ a·b with a signed and b unsigned, as vpdpbusd of AVX-VNNI. */
export const UNSIGNED: i32 = 1;
/** Σ a·b with both signed, as SDOT of Arm. */
export const SIGNED: i32 = 2;
/** a signed, b unsigned, and sums of two products saturated to int16, as pmaddubsw of SSSE3: the vector kernels without it run. */
const SATURATING: i32 = 3;

const CASES: i32 = 256;

/** Found when the module is instantiated. */
export const relaxed: i32 = probe();

/** Tries random operands, of which half the bytes are extremes, and returns the one form that explains every result. */
function probe(): i32 {
  let random = i32x4(1, 0x9e3779b9, 0x3c6ef372, 0xdaa66d2b);
  let unsigned = i32x4.splat(0), signed = unsigned, saturating = unsigned;
  for (let i = 0; i < CASES; i++) {
    random = next(random);
    const bytes = random;
    random = next(random);
    const a = extremes(bytes, random, -128);
    random = next(random);
    const other = random;
    random = next(random);
    const b = extremes(other, random, -1), c = random;
    const got = i32x4.relaxed_dot_i8x16_i7x16_add_s(a, b, c);
    const lowA = i16x8.extend_low_i8x16_s(a), highA = i16x8.extend_high_i8x16_s(a);
    const low = i32x4.dot_i16x8_s(lowA, i16x8.extend_low_i8x16_u(b)), high = i32x4.dot_i16x8_s(highA, i16x8.extend_high_i8x16_u(b));
    unsigned = v128.or(unsigned, v128.xor(got, i32x4.add(c, quads(low, high))));
    saturating = v128.or(saturating, v128.xor(got, i32x4.add(c, quads(saturated(low), saturated(high)))));
    const lowS = i32x4.dot_i16x8_s(lowA, i16x8.extend_low_i8x16_s(b)), highS = i32x4.dot_i16x8_s(highA, i16x8.extend_high_i8x16_s(b));
    signed = v128.or(signed, v128.xor(got, i32x4.add(c, quads(lowS, highS))));
  }
  if (!v128.any_true(unsigned)) return UNSIGNED;
  if (!v128.any_true(signed)) return SIGNED;
  return v128.any_true(saturating) ? UNKNOWN : SATURATING;
}

/** Marsaglia's xorshift in each lane. */
function next(x: v128): v128 {
  x = v128.xor(x, i32x4.shl(x, 13));
  x = v128.xor(x, i32x4.shr_u(x, 17));
  return v128.xor(x, i32x4.shl(x, 5));
}

/** Replaces about half of the bytes, as `choice` says, by `extreme` or 127. */
function extremes(bytes: v128, choice: v128, extreme: i8): v128 {
  const ends = v128.bitselect(i8x16.splat(extreme), i8x16.splat(127), i8x16.shr_s(i8x16.shl(choice, 1), 7));
  return v128.bitselect(ends, bytes, i8x16.shr_s(choice, 7));
}

/** Sums of neighbouring pairs. */
function quads(low: v128, high: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
}

function saturated(x: v128): v128 {
  return i32x4.min_s(i32x4.max_s(x, i32x4.splat(-32768)), i32x4.splat(32767));
}
