import type { Random } from '../../random.ts'
import { MIT_BIH_RATE_HZ, type MitBihRecord } from '../datasets/mit-bih.ts'
import type { Annotation } from '../formats/wfdb-annotations.ts'

/** From an R peak to the end of its T wave, and from before a P wave to its R peak, in samples: between them there is nothing to cut through. */
export const T_END = 150
export const P_START = 90

/** A record as somebody else might have recorded it. */
export interface StressedRecord {
  readonly id: string
  /** Samples at 360 Hz of the recording's time. */
  readonly annotations: readonly Annotation[]
  /** Millivolts by lead name; missing samples are NaN. */
  readonly leads: ReadonlyMap<string, Float64Array>
  readonly sampleRateHz: number
}

/** A change to records of which the truth stays known: what rules that were made on the records themselves must stand. */
export interface Stress {
  readonly name: string
  readonly about: string
  /** Returns the changed record; does not touch its argument. */
  change?(record: StressedRecord, draw: Random): StressedRecord
  /** Share of the beats that a network calls V or F which are called N instead, and as surely: a network that knows the heart less well. */
  readonly mislabelled?: number
}

/** Returns a record as it is. */
export function unstressed(record: MitBihRecord, sampleRateHz: number): StressedRecord {
  const { id, annotations } = record
  return { id, annotations, leads: record.leads(), sampleRateHz }
}

/** Returns the record with each lead changed. */
export function withLeads(
  record: StressedRecord,
  change: (lead: Float64Array, index: number) => Float64Array,
): StressedRecord {
  const leads = [...record.leads].map(([name, lead], i) => [name, change(lead, i)] as const)
  return { ...record, leads: new Map(leads) }
}

/** How long after R the peak of a T wave comes, in samples, by the interval before it; `usualSeconds` at 60 a minute. As QT goes (Bazett 1920). */
export function tDelay(interval: number, usualSeconds: number): number {
  return usualSeconds * Math.sqrt(interval * MIT_BIH_RATE_HZ)
}

/** Adds a wave in the shape of a bell to a lead: a height in millivolts, its centre and standard deviation in samples. */
export function addBell(lead: Float64Array, centre: number, deviation: number, height: number): void {
  const to = Math.min(lead.length, centre + 4 * deviation)
  for (let at = Math.max(0, Math.ceil(centre - 4 * deviation)); at < to; at++)
    lead[at] += height * Math.exp(-(((at - centre) / deviation) ** 2) / 2)
}

/** The median height of the complexes, from the lowest to the highest sample within 50 ms of R. */
export function usualHeight(lead: Float64Array, beats: ArrayLike<number>): number {
  const heights = Array.from(beats, beat => {
    const complex = lead.subarray(Math.max(0, beat - 18), beat + 18)
    return Math.max(...complex) - Math.min(...complex)
  }).sort((a, b) => a - b)
  return heights[heights.length >> 1]
}
