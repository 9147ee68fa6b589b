// The constants of a monitor, 64-bit words one after another: src-ts/monitor/device/table.ts writes them, and knows what stands where.

export const LOG: i32 = 0;
export const BAND: i32 = 257;
export const QRS: i32 = 267;
export const SHARP: i32 = 277;
export const NOTCH: i32 = 287;
export const HAS_NOTCH: i32 = 292;
export const UP: i32 = 293;
export const DOWN: i32 = 294;
export const WIDTH: i32 = 295;
export const TAP_COUNT: i32 = 296;
export const LEADS: i32 = 297;
/** The leads that beats are classified by. */
export const MAIN: i32 = 298;
export const SECOND: i32 = 299;
/** Frames of a push. */
export const FRAMES: i32 = 300;
export const LABELS: i32 = 301;
/** What a step of the network's output is, in thousandths of a logit. */
export const STEP: i32 = 302;
/** Numbers that the network is given beside the signal. */
export const FEATURES: i32 = 10;
/** Words of a map: multiplier, offset, low and high. The signal's comes first, then each number's. */
export const MAP: i32 = 4;
export const MAPS: i32 = 303;
/** Conditions of rules: a rule may have two. */
export const WITNESSES: i32 = MAPS + MAP * (1 + FEATURES);
export const TAPS: i32 = WITNESSES + 1;
/** Rules that one may stand back for. */
export const MOST_NOT_DURING: i32 = 3;
/** Words of a witness: its rule, for how long and for which others it stands back (-1: none), its kind and limits. They stand behind the taps. */
export const WITNESS: i32 = 16 + MOST_NOT_DURING;

/** Returns a word. MONITOR, the address of the first, is a global of the program. */
// @ts-ignore: decorator
@inline
export function tabled(place: i32): i64 {
  return load<i64>(<usize>place << 3, MONITOR);
}
