import { RATE_HZ } from './integer-qrs.ts'
import type { Finding, FoundBeat, LabelledBeat, Moment } from './observations.ts'

/**
 * Whether what a rule waits for holds, as observations come. Each call returns the value that goes into the log, in whole thousandths,
 * or undefined. Integers only: src-as/monitor-conditions.ts says the same on a device.
 */
export interface Condition {
  /** An R peak, before its label. */
  found?(beat: FoundBeat): number | undefined
  /** A beat with its final label. */
  labelled?(beat: LabelledBeat): number | undefined
  moment?(moment: Moment): number | undefined
  finding?(finding: Finding): number | undefined
  /** The signal was not classifiable: what came before says nothing of what comes. */
  forget(): void
}

/** A beat is certain this long after its peak: before, it may still be on its way. */
export const ON_ITS_WAY = 0.3 * RATE_HZ
export const MINUTE = 60 * RATE_HZ

/** Longer than all that is counted here, and still exact in thousandths. */
export const ENDLESS = 1e6

/** A rule's limit as a whole number of thousandths, of which two make no rounded product. */
export function thousandths(value: number): number {
  return Math.round(1000 * value)
}

/** Returns seconds as whole samples at 360 Hz. */
export function inSamples(seconds: number): number {
  return Math.round(seconds * RATE_HZ)
}

/** Returns a / b in thousandths, halves up; neither is negative. */
export function ratio(a: number, b: number): number {
  return Math.floor((2000 * a + b) / (2 * b))
}

/** Returns a number of samples as thousandths of a second. */
export function secondsOf(samples: number): number {
  return ratio(samples, RATE_HZ)
}

/** Returns the sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
