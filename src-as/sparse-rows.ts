// Rows of channels, transposed from pixels: what sparse convolutions read. `Row` is i16, a row for each channel, or i32, a row for each two
// neighbouring channels with their values in turn: what i32x4.dot_i16x8_s multiplies by a pair of weights.

/** `pixels` pixels from `first` on, borders included, into the rows of scratch. */
export function fillRows<Row>(
  input: usize, pitch: usize, inT: i32, inC: i32, rows: usize, rowPixels: i32, stride: i32, first: i32, pixels: i32, zero: i32
): void {
  const from = max(first, 0), inside = max(min(first + pixels, inT) - from, 0), left = min(from - first, pixels);
  const rowBytes = <usize>rowPixels * sizeof<Row>(), step = rowBytes * <usize>stride, longest = (pixels + stride - 1) / stride;
  for (let phase = 0; phase < stride; phase++) {
    // The phase's pixels in the border on the left, and the input's first and how many there are.
    const before = (left - phase + stride - 1) / stride, next = before * stride + phase;
    const count = max((left + inside - next + stride - 1) / stride, 0);
    const to = rows + <usize>phase * rowBytes, inner = to + <usize>before * sizeof<Row>();
    if (before > 0) fillAll<Row>(to, step, inC, before, zero);
    transpose<Row>(input + <usize>(first + next) * pitch, pitch * <usize>stride, count, inC, inner, step);
    if (before + count < longest) fillAll<Row>(inner + <usize>count * sizeof<Row>(), step, inC, longest - before - count, zero);
  }
}

/** The zero point as the next `count` pixels of each row, and up to 14 bytes more. */
function fillAll<Row>(to: usize, step: usize, channels: i32, count: i32, zero: i32): void {
  const value = i16x8.splat(<i16>zero), bytes = <usize>count * sizeof<Row>();
  for (; channels > 0; channels -= <i32>(sizeof<Row>() >> 1)) {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, value);
    to += step;
  }
}

/** Pixels of int8 to rows of int16, `step` bytes apart. */
function transpose<Row>(from: usize, pitch: usize, count: i32, channels: i32, to: usize, step: usize): void {
  const tile = sizeof<Row>() == 4 ? 4 : 8;
  if (count < tile) {
    for (let p = 0; p < count; p++) {
      for (let c = 0; c < channels; c++) store<i16>(placeOf<Row>(to, step, p, c), load<i8>(from + <usize>c));
      from += pitch;
    }
    return;
  }
  for (let p = 0; p < count; p += tile) {
    // The last tile overlaps those before.
    const at = min(p, count - tile), pixel = from + <usize>at * pitch;
    for (let c = 0; c < channels; c += 8) {
      if (sizeof<Row>() == 4) transposePairs(pixel + <usize>c, pitch, placeOf<Row>(to, step, at, c), step);
      else transposeEight(pixel + <usize>c, pitch, placeOf<Row>(to, step, at, c), step);
    }
  }
}

// @ts-ignore: decorator
@inline
function placeOf<Row>(rows: usize, step: usize, pixel: i32, channel: i32): usize {
  if (sizeof<Row>() == 4) return rows + <usize>(channel >> 1) * step + (<usize>pixel << 2) + (<usize>(channel & 1) << 1);
  return rows + <usize>channel * step + (<usize>pixel << 1);
}

/** Four pairs of channels of four pixels. */
function transposePairs(from: usize, pitch: usize, to: usize, step: usize): void {
  const a = v128.load_ext<i8>(from), b = v128.load_ext<i8>(from + pitch);
  const c = v128.load_ext<i8>(from + 2 * pitch), d = v128.load_ext<i8>(from + 3 * pitch);
  let ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(ab, cd, 1, 3));
  ab = v128.shuffle<i32>(a, b, 2, 6, 3, 7); cd = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to + 2 * step, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(ab, cd, 1, 3));
}

function transposeEight(from: usize, pitch: usize, to: usize, step: usize): void {
  const a = v128.load_ext<i8>(from), b = v128.load_ext<i8>(from + pitch);
  const c = v128.load_ext<i8>(from + 2 * pitch), d = v128.load_ext<i8>(from + 3 * pitch);
  from += 4 * pitch;
  const e = v128.load_ext<i8>(from), f = v128.load_ext<i8>(from + pitch);
  const g = v128.load_ext<i8>(from + 2 * pitch), h = v128.load_ext<i8>(from + 3 * pitch);
  fourRows(firstOf16(a, b), firstOf16(c, d), firstOf16(e, f), firstOf16(g, h), to, step);
  fourRows(lastOf16(a, b), lastOf16(c, d), lastOf16(e, f), lastOf16(g, h), to + 4 * step, step);
}

/** Four channels of eight pixels, of which two neighbours are interleaved in each vector. */
// @ts-ignore: decorator
@inline
function fourRows(ab: v128, cd: v128, ef: v128, gh: v128, to: usize, step: usize): void {
  let early = v128.shuffle<i32>(ab, cd, 0, 4, 1, 5), late = v128.shuffle<i32>(ef, gh, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<i64>(early, late, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(early, late, 1, 3));
  early = v128.shuffle<i32>(ab, cd, 2, 6, 3, 7); late = v128.shuffle<i32>(ef, gh, 2, 6, 3, 7);
  v128.store(to + 2 * step, v128.shuffle<i64>(early, late, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(early, late, 1, 3));
}

// @ts-ignore: decorator
@inline
export function firstOf16(u: v128, v: v128): v128 {
  return v128.shuffle<i16>(u, v, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
export function lastOf16(u: v128, v: v128): v128 {
  return v128.shuffle<i16>(u, v, 4, 12, 5, 13, 6, 14, 7, 15);
}

