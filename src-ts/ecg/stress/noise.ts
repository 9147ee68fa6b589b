import type { Random } from '../../random.ts'
import { beatsOf } from '../datasets/mit-bih.ts'
import { highPass, lowPass } from '../signal/butterworth.ts'
import { CausalFilter } from '../signal/filters.ts'
import { type Stress, type StressedRecord, usualHeight, withLeads } from './stress.ts'

/** What movement and muscles add. Their power stands to that of the signal as in the noise stress test database (Moody 1984). */
export const noise: readonly Stress[] = [
  {
    name: 'wander',
    about: 'a baseline that wanders between 0.05 and 0.6 Hz, at 0 dB',
    change: (record, draw) => noisy(record, 0, length => wander(length, record.sampleRateHz, draw)),
  },
  {
    name: 'muscle-18',
    about: 'muscles, 20 Hz and above, that come and go, at 18 dB',
    change: (record, draw) => noisy(record, 18, length => muscle(length, record.sampleRateHz, draw)),
  },
  {
    name: 'muscle-12',
    about: 'the same at 12 dB',
    change: (record, draw) => noisy(record, 12, length => muscle(length, record.sampleRateHz, draw)),
  },
]

/** Adds noise of so many decibels below each lead's signal. */
function noisy(record: StressedRecord, decibels: number, make: (length: number) => Float64Array): StressedRecord {
  const { samples } = beatsOf(record.annotations, 'ml')
  return withLeads(record, lead => {
    const added = make(lead.length)
    const power = added.reduce((sum, value) => sum + value * value, 0) / added.length
    const factor = Math.sqrt(signalPower(lead, samples) / (power * 10 ** (decibels / 10)))
    return lead.map((value, i) => value + factor * added[i])
  })
}

/** The power of a sine as high as the usual QRS complex, peak to peak. */
function signalPower(lead: Float64Array, beats: ArrayLike<number>): number {
  return usualHeight(lead, beats) ** 2 / 8
}

function wander(length: number, rateHz: number, draw: Random): Float64Array {
  const sines = Array.from({ length: 8 }, () => ({
    step: (2 * Math.PI * (0.05 + 0.55 * draw.uniform())) / rateHz,
    phase: 2 * Math.PI * draw.uniform(),
  }))
  return Float64Array.from({ length }, (_, i) =>
    sines.reduce((sum, { step, phase }) => sum + Math.sin(step * i + phase), 0),
  )
}

function muscle(length: number, rateHz: number, draw: Random): Float64Array {
  const band = new CausalFilter([...highPass(2, 20, rateHz), ...lowPass(2, 100, rateHz)])
  // Its strength follows noise of its own, over seconds.
  const tension = new CausalFilter(lowPass(1, 0.1, rateHz))
  const white = band.filter(Float64Array.from({ length }, () => draw.normal()))
  const slow = tension.filter(Float64Array.from({ length }, () => draw.normal()))
  const deviation = Math.sqrt(slow.reduce((sum, value) => sum + value * value, 0) / length)
  return white.map((value, i) => value * Math.exp((0.7 * slow[i]) / deviation))
}
