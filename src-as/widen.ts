// Rows of int8 pixels as int16, with the zero point around them. Rows are written from low to high addresses:
// a vector may write up to 14 bytes past its row, which the next row or the slack of the scratch takes.

/** `left` pixels of the zero point, `count` pixels that lie `pitch` bytes apart, `right` pixels of the zero point. Returns the end. */
export function widenRow(
  to: usize, from: usize, pitch: usize, count: i32, channels: i32, left: i32, right: i32, zero: i32
): usize {
  to = fillWide(to, left * channels, zero);
  if (count > 0) {
    if (pitch == <usize>channels) {
      to = widen(to, from, count * channels);
    } else do {
      to = widen(to, from, channels);
      from += pitch;
    } while (--count);
  }
  return fillWide(to, right * channels, zero);
}

/** `count` int16 of one value. Returns the end. */
export function fillWide(to: usize, count: i32, value: i32): usize {
  const end = to + (<usize>count << 1), vector = i16x8.splat(<i16>value);
  while (to < end) {
    v128.store(to, vector);
    to += 16;
  }
  return end;
}

/** `count` int8 as int16; reads up to 7 bytes past them. Returns the end. */
export function widen(to: usize, from: usize, count: i32): usize {
  const end = to + (<usize>count << 1);
  do {
    v128.store(to, v128.load_ext<i8>(from));
    to += 16; from += 8;
  } while (to < end);
  return end;
}
