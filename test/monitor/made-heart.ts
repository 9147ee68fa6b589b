import { random } from '../../src-ts/random.ts'

/** A beat to draw: when its R peak comes, and what kind of beat it is. */
export interface MadeBeat {
  readonly seconds: number
  readonly ventricular?: boolean
}

export interface MadeHeart {
  readonly beats: readonly MadeBeat[]
  readonly seconds: number
  readonly sampleRateHz?: number
  readonly noiseMicrovolts?: number
  readonly seed?: number
}

/** Waves as bells: time from the R peak and width in seconds, microvolts. */
const NORMAL = [
  [-0.17, 0.022, 120],
  [-0.03, 0.008, -120],
  [0, 0.011, 1200],
  [0.03, 0.009, -250],
  [0.27, 0.05, 280],
] as const
/** Wide, high, without a P wave, its T wave the other way. */
const VENTRICULAR = [
  [0, 0.035, 2200],
  [0.22, 0.06, -900],
] as const

/** Returns one lead in whole microvolts: beats, and white noise. */
export function madeLead({
  beats,
  seconds,
  sampleRateHz = 360,
  noiseMicrovolts = 15,
  seed = 1,
}: MadeHeart): Int32Array {
  const draw = random(seed)
  const signal = new Float64Array(Math.round(seconds * sampleRateHz))
  for (const { seconds: peak, ventricular } of beats) {
    for (const [from, width, height] of ventricular ? VENTRICULAR : NORMAL) {
      const first = Math.max(0, Math.ceil((peak + from - 5 * width) * sampleRateHz))
      const last = Math.min(signal.length - 1, Math.floor((peak + from + 5 * width) * sampleRateHz))
      for (let i = first; i <= last; i++)
        signal[i] += height * Math.exp(-0.5 * ((i / sampleRateHz - peak - from) / width) ** 2)
    }
  }
  return Int32Array.from(signal, value => Math.round(value + noiseMicrovolts * draw.normal()))
}

/** Returns beats that follow each other at these intervals, in seconds; the first comes after half a second. */
export function beatsAt(
  intervals: readonly number[],
  ventricular: (index: number) => boolean = () => false,
): MadeBeat[] {
  let seconds = 0.5
  return intervals.map((interval, i) => {
    const beat = { seconds, ventricular: ventricular(i) }
    seconds += interval
    return beat
  })
}

/** Returns so many equal intervals. */
export const steady = (count: number, interval: number): number[] => new Array(count).fill(interval)

/** Adds to each beat a T wave of so many microvolts, 0.27 s behind its R peak; its width is the bell's deviation in seconds. */
export function withTallT(
  signal: Int32Array,
  beats: readonly MadeBeat[],
  microvolts: number,
  width = 0.05,
  sampleRateHz = 360,
): Int32Array {
  const out = signal.slice()
  const reach = Math.ceil(5 * width * sampleRateHz)
  for (const { seconds } of beats) {
    const centre = Math.round((seconds + 0.27) * sampleRateHz)
    for (let i = -reach; i <= reach; i++) {
      if (centre + i < out.length)
        out[centre + i] += Math.round(microvolts * Math.exp(-0.5 * (i / sampleRateHz / width) ** 2))
    }
  }
  return out
}
