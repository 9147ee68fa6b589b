import type { Random } from '../../random.ts'
import { beatsOf, MIT_BIH_RATE_HZ } from '../datasets/mit-bih.ts'
import { addBell, type Stress, type StressedRecord, tDelay, usualHeight, withLeads } from './stress.ts'

/** Hearts whose T or P waves are nearly as high as their QRS complexes, and come early or late. */
export const tallWaves: readonly Stress[] = [
  {
    name: 'tall-t',
    about:
      'a T wave of 0.3 to 0.8 of the complex put behind each beat, its peak 0.26 to 0.42 s after R at 60 beats a minute',
    change: withTallT,
  },
  {
    name: 'tall-p',
    about: 'a P wave of 0.15 to 0.4 of the complex put 0.12 to 0.2 s before each R peak',
    change: withTallP,
  },
]

function withTallT(record: StressedRecord, draw: Random): StressedRecord {
  const { samples } = beatsOf(record.annotations, 'ml')
  const usualSeconds = 0.26 + 0.16 * draw.uniform()
  const share = 0.3 + 0.5 * draw.uniform()
  const deviation = (0.035 + 0.02 * draw.uniform()) * MIT_BIH_RATE_HZ
  return withLeads(record, lead => {
    const out = lead.slice()
    const height = share * usualHeight(lead, samples)
    for (let i = 1; i < samples.length; i++) {
      const interval = samples[i] - samples[i - 1]
      const centre = samples[i - 1] + tDelay(interval, usualSeconds)
      addBell(out, centre, deviation, height)
    }
    return out
  })
}

function withTallP(record: StressedRecord, draw: Random): StressedRecord {
  const { samples } = beatsOf(record.annotations, 'ml')
  const before = (0.12 + 0.08 * draw.uniform()) * MIT_BIH_RATE_HZ
  const share = 0.15 + 0.25 * draw.uniform()
  const deviation = (0.02 + 0.01 * draw.uniform()) * MIT_BIH_RATE_HZ
  return withLeads(record, lead => {
    const out = lead.slice()
    const height = share * usualHeight(lead, samples)
    for (const beat of samples) addBell(out, beat - before, deviation, height)
    return out
  })
}
