import { random } from '../../src-ts/random.ts'

export interface MadeEcg {
  readonly sampleRateHz: number
  /** Sample numbers of the R peaks. */
  readonly beats: readonly number[]
  readonly signal: Float64Array
}

/** A lead of narrow R waves of 1 mV and T waves of 0.3 mV with some noise, about 70 beats a minute, irregular by ±10 %. */
export function madeEcg(seconds: number, sampleRateHz = 250, seed = 1, noiseMv = 0.02): MadeEcg {
  const stream = random(seed)
  const signal = Float64Array.from({ length: Math.round(seconds * sampleRateHz) }, () => noiseMv * stream.normal())
  const beats: number[] = []
  for (let second = 0.5; second < seconds - 0.3; second += 0.85 * (0.9 + 0.2 * stream.uniform())) {
    const beat = Math.round(second * sampleRateHz)
    beats.push(beat)
    bump(signal, beat, 0.012 * sampleRateHz, 1)
    bump(signal, beat + 0.28 * sampleRateHz, 0.04 * sampleRateHz, 0.3)
  }
  return { sampleRateHz, beats, signal }
}

function bump(signal: Float64Array, center: number, width: number, height: number): void {
  const reach = Math.ceil(5 * width)
  const first = Math.max(0, Math.round(center) - reach)
  const last = Math.min(signal.length - 1, Math.round(center) + reach)
  for (let i = first; i <= last; i++) signal[i] += height * Math.exp(-0.5 * ((i - center) / width) ** 2)
}
