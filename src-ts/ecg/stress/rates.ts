import { resample } from '../signal/resample.ts'
import { type Stress, type StressedRecord, withLeads } from './stress.ts'

/** The same hearts by recorders of other rates, as of other databases. */
export const rates: readonly Stress[] = [128, 250, 500, 1000].map(hz => ({
  name: `rate-${hz}`,
  about: `sampled ${hz} times a second`,
  change: record => sampled(record, hz),
}))

function sampled(record: StressedRecord, sampleRateHz: number): StressedRecord {
  const other = withLeads(record, lead => resample(lead, record.sampleRateHz, sampleRateHz))
  return { ...other, sampleRateHz }
}
