import { MIT_BIH_RATE_HZ } from '../datasets/mit-bih.ts'
import type { Stress, StressedRecord } from './stress.ts'

/** The same samples at another rate: hearts and waves that are slower or faster, and the way through the resampler. */
export const clock: readonly Stress[] = [
  { name: 'slower', about: 'all times 15 % longer', change: record => played(record, 1 / 1.15) },
  { name: 'faster', about: 'all times 15 % shorter', change: record => played(record, 1.15) },
]

function played(record: StressedRecord, speed: number): StressedRecord {
  const sampleRateHz = Math.round(record.sampleRateHz * speed)
  const annotations = record.annotations.map(each => ({
    ...each,
    sample: Math.round((each.sample * MIT_BIH_RATE_HZ) / sampleRateHz),
  }))
  return { ...record, sampleRateHz, annotations }
}
