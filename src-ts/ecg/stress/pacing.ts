import type { Random } from '../../random.ts'
import { beatsOf } from '../datasets/mit-bih.ts'
import { type Stress, type StressedRecord, withLeads } from './stress.ts'

/** Spikes of a pacemaker before the beats: the atria's, the ventricles', or both. */
export const pacing: readonly Stress[] = [
  {
    name: 'spikes',
    about: 'spikes of a pacemaker of 2 ms, 40 ms and in half of the records also 180 ms before each R peak',
    change: spiked,
  },
]

const MILLISECONDS_OF_SPIKE = 2

function spiked(record: StressedRecord, draw: Random): StressedRecord {
  const { samples } = beatsOf(record.annotations, 'ml')
  const rate = record.sampleRateHz / 1000
  const before = draw.uniform() < 0.5 ? [40] : [40, 180]
  const lasts = Math.max(1, Math.round(MILLISECONDS_OF_SPIKE * rate))
  return withLeads(record, lead => {
    const out = lead.slice()
    const height = (draw.uniform() < 0.5 ? -1 : 1) * (0.5 + 1.5 * draw.uniform())
    for (const beat of samples) {
      for (const milliseconds of before) {
        const at = beat - Math.round((milliseconds + 4 * draw.uniform()) * rate)
        for (let i = Math.max(0, at); i < at + lasts; i++) out[i] += height
      }
    }
    return out
  })
}
