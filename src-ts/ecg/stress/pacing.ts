import type { Random } from '../../random.ts'
import { beatsOf, MIT_BIH_RATE_HZ } from '../datasets/mit-bih.ts'
import { addBell, P_START, type Stress, type StressedRecord, T_END, tDelay, usualHeight, withLeads } from './stress.ts'

/** Spikes of a pacemaker before the beats: the atria's, the ventricles', or both; and the wide beats that they make. */
export const pacing: readonly Stress[] = [
  {
    name: 'spikes',
    about: 'spikes of a pacemaker of 2 ms, 40 ms and in half of the records also 180 ms before each R peak',
    change: (record, draw) => spiked(record, draw, draw.uniform() < 0.5 ? [40] : [40, 180]),
  },
  {
    name: 'paced',
    about:
      'every N and S beat a paced one: a spike, a complex of 120 to 200 ms, and a T wave of 0.3 to 0.7 of it the other way',
    change: (record, draw) => spiked(withPacedBeats(record, draw), draw, [80]),
  },
]

const MILLISECONDS_OF_SPIKE = 2
/** A QRS complex begins so many samples before R. */
const QRS_START = 36

/** Puts spikes so many milliseconds before each R peak. */
function spiked(record: StressedRecord, draw: Random, before: readonly number[]): StressedRecord {
  const { samples } = beatsOf(record.annotations, 'ml')
  const rate = record.sampleRateHz / 1000
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

/** Draws one wide complex and its T wave in the place of every supraventricular beat (N and S). */
function withPacedBeats(record: StressedRecord, draw: Random): StressedRecord {
  const { samples, classes } = beatsOf(record.annotations, 'ml')
  const width = (0.026 + 0.02 * draw.uniform()) * MIT_BIH_RATE_HZ
  const apart = 1.5 * width * draw.uniform()
  const usualSeconds = 0.3 + 0.1 * draw.uniform()
  const deviation = (0.035 + 0.02 * draw.uniform()) * MIT_BIH_RATE_HZ
  const share = 0.3 + 0.4 * draw.uniform()
  return withLeads(record, lead => {
    const out = lead.slice()
    const height = (draw.uniform() < 0.5 ? -1 : 1) * usualHeight(lead, samples) * (0.7 + 0.6 * draw.uniform())
    for (let i = 0; i < samples.length; i++) if (classes[i] < 2) flatten(out, samples[i], samples[i + 1])
    for (let i = 1; i < samples.length; i++) {
      if (classes[i] > 1) continue
      const interval = samples[i] - samples[i - 1]
      addBell(out, samples[i], width, height)
      addBell(out, samples[i] + apart, width, height / 2)
      const centre = samples[i] + tDelay(interval, usualSeconds)
      addBell(out, centre, deviation, -share * height)
    }
    return out
  })
}

/** Draws a straight line through a beat's complex and T wave, up to the next beat's P wave. */
function flatten(lead: Float64Array, beat: number, next = lead.length): void {
  const from = Math.max(0, beat - QRS_START)
  const to = Math.min(lead.length - 1, Math.max(beat + QRS_START, Math.min(beat + T_END, next - P_START)))
  const [first, last] = [lead[from], lead[to]]
  for (let i = from; i < to; i++) lead[i] = first + ((last - first) * (i - from)) / (to - from)
}
