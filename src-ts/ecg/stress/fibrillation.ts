import type { Random } from '../../random.ts'
import { beatClass } from '../beats/beat-classes.ts'
import { MIT_BIH_RATE_HZ } from '../datasets/mit-bih.ts'
import type { Annotation } from '../formats/wfdb-annotations.ts'
import { P_START, type Stress, type StressedRecord, T_END } from './stress.ts'

/** Stretches of ventricular flutter and fibrillation in the place of what the heart did. */
export const fibrillation: readonly Stress[] = [
  {
    name: 'flutter',
    about: 'ten seconds of waves of 0.5 to 2 mV at 2.5 to 6 Hz every minute, which swell and fade by half',
    change: withWaves({ millivolts: [0.25, 1], hertz: [2.5, 6], wander: 0.03, swell: 0.5 }),
  },
  {
    name: 'fibrillation',
    about: 'the same of 0.4 to 1.2 mV at 3 to 6 Hz, whose rate wanders and which fade to nothing',
    change: withWaves({ millivolts: [0.2, 0.6], hertz: [3, 6], wander: 0.25, swell: 1 }),
  },
  {
    name: 'fibrillation-fine',
    about: 'the same of 0.15 to 0.3 mV',
    change: withWaves({ millivolts: [0.075, 0.15], hertz: [3, 6], wander: 0.25, swell: 1 }),
  },
]

interface Waves {
  /** Amplitude of each lead, between two numbers. */
  readonly millivolts: readonly [number, number]
  readonly hertz: readonly [number, number]
  /** Standard deviation of the rate over the time, as a share of it. */
  readonly wander: number
  /** How much smaller the waves become between times, as a share. */
  readonly swell: number
}

const RATE = MIT_BIH_RATE_HZ
const LASTS = 10 * RATE
const EVERY = 60 * RATE

function withWaves(kind: Waves) {
  return (record: StressedRecord, draw: Random): StressedRecord => {
    const beats = record.annotations.filter(({ symbol }) => beatClass(symbol, 'ml') !== undefined)
    const leads = new Map([...record.leads].map(([name, lead]) => [name, lead.slice()]))
    let annotations = record.annotations.slice()
    const end = beats[beats.length - 1].sample - EVERY
    for (let at = EVERY; at < end; at += EVERY) {
      const last = beats.find(({ sample }) => sample >= at)!
      const next = beats.find(({ sample }) => sample >= last.sample + LASTS)!
      const [from, to] = [last.sample + T_END, next.sample - P_START]
      // What is annotated otherwise is left alone.
      if (
        annotations.some(
          ({ sample, symbol }) => sample >= from - RATE && sample <= to + RATE && '+[!]'.includes(symbol),
        )
      )
        continue
      const wave = waves(to - from, kind, draw)
      for (const lead of leads.values()) replace(lead, from, to, wave, kind, draw)
      const marks: Annotation[] = [
        { ...last, sample: from, symbol: '[' },
        { ...last, sample: to, symbol: ']' },
      ]
      annotations = [...annotations.filter(({ sample }) => sample < from || sample > to), ...marks]
    }
    return { ...record, leads, annotations: annotations.sort((a, b) => a.sample - b.sample) }
  }
}

/** A wave of height one, whose rate and height wander over about a second; the second harmonic makes its crests sharper. */
function waves(length: number, { hertz: [low, high], wander, swell }: Waves, draw: Random) {
  const step = (2 * Math.PI * (low + (high - low) * draw.uniform())) / RATE
  const [rate, size] = [slow(draw), slow(draw)]
  const sharp = 0.4 * draw.uniform()
  let phase = 2 * Math.PI * draw.uniform()
  return Float64Array.from({ length }, (_, i) => {
    phase += step * Math.max(0.4, 1 + wander * rate(i))
    const height = 1 - swell * Math.min(1, Math.abs(size(i)) / 2)
    return height * (Math.sin(phase) + sharp * Math.sin(2 * phase + 1))
  })
}

/** A function of time that wanders as noise of deviation one does, by four sines of 0.2 to 1.2 Hz. */
function slow(draw: Random): (i: number) => number {
  const sines = Array.from({ length: 4 }, () => [
    (0.2 + draw.uniform()) * ((2 * Math.PI) / RATE),
    2 * Math.PI * draw.uniform(),
  ])
  return i => sines.reduce((sum, [step, phase]) => sum + Math.sin(step * i + phase), 0) / Math.SQRT2
}

function replace(lead: Float64Array, from: number, to: number, wave: Float64Array, kind: Waves, draw: Random): void {
  const [low, high] = kind.millivolts
  const height = (draw.uniform() < 0.5 ? -1 : 1) * (low + (high - low) * draw.uniform())
  const [first, last] = [lead[from], lead[to]]
  for (let i = from; i < to; i++) {
    const base = first + ((last - first) * (i - from)) / (to - from)
    lead[i] = base + height * wave[i - from] + 0.01 * draw.normal()
  }
}
