/**
 * Copies `rows` lines of an image of int8 from line `top` on into scratch, `linePixels` pixels each, with the zero point around them.
 * `from` is where line `top` is, or would be. Up to 15 bytes behind the last line are overwritten.
 */
export function padLines(
  from: usize, pitch: usize, top: i32, rows: i32, inH: i32, inW: i32, channels: i32,
  to: usize, padLeft: i32, linePixels: i32, zero: i32
): void {
  const fill = i8x16.splat(<i8>zero), copied = min(inW, linePixels - padLeft), lineBytes = linePixels * channels;
  for (let y = top; y < top + rows; y++) {
    const line = to;
    if (y >= 0 && y < inH) to = copyPixels(fillBytes(to, padLeft * channels, fill), from, pitch, copied, channels);
    to = fillBytes(to, lineBytes - <i32>(to - line), fill);
    from += <usize>inW * pitch;
  }
}

/** Fills `count` bytes, and up to 15 behind them, which the next line or the scratch's slack takes. Returns the end of the `count`. */
// @ts-ignore: decorator
@inline
function fillBytes(to: usize, count: i32, fill: v128): usize {
  const end = to + <usize>count;
  for (; to < end; to += 16) v128.store(to, fill);
  return end;
}

/** Copies pixels that lie `pitch` bytes apart side by side; writes up to 15 bytes more. Returns their end. */
// @ts-ignore: decorator
@inline
function copyPixels(to: usize, from: usize, pitch: usize, pixels: i32, bytes: i32): usize {
  if (pitch == <usize>bytes) {
    bytes *= pixels;
    pixels = 1;
  }
  for (; pixels > 0; pixels--) {
    for (let i = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
    to += <usize>bytes;
    from += pitch;
  }
  return to;
}
