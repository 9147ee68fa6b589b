import { MIN_RATE_HZ, qrsClarity } from '../beats/qrs.ts'
import { highPass, lowPass } from '../signal/butterworth.ts'
import { zeroPhase } from '../signal/filters.ts'
import { bridgeGaps } from '../signal/gaps.ts'
import { FLAT_MILLIVOLTS, OFFSET_MILLIVOLTS, RANGE_MILLIVOLTS } from '../signal/lead-limits.ts'
import { flatRuns, railRuns, shareIn } from '../signal/runs.ts'

export type QualityKind = 'missing' | 'flat' | 'saturated' | 'lead-off' | 'units' | 'noisy' | 'wander'

/** Something that is wrong with a lead. */
export interface QualityFinding {
  readonly kind: QualityKind
  /** So bad that no network and no person should read this lead. */
  readonly unusable: boolean
  /** One clause for people. */
  readonly text: string
}

export interface LeadQuality {
  readonly lead: string
  readonly usable: boolean
  readonly findings: readonly QualityFinding[]
}

/** Whether a record, or a window of it, may go to a network. */
export interface RecordQuality {
  readonly classifiable: boolean
  /** Why not, one clause; undefined where it is classifiable. */
  readonly reason: string | undefined
  readonly leads: readonly LeadQuality[]
}

/** Below this there may be no beat in it to judge by. */
export const MIN_SECONDS = 2
/** A lead may lack a tenth of its samples; a fifth of it may lie on a rail or stand still. */
const MAX_MISSING = 0.1
const MAX_DEAD = 0.2
/** On a rail for so much of the time: no electrode. */
const OFF_SHARE = 0.5
/**
 * QRS clarity of 10 s: white noise has 1.8. On MIT-BIH's single leads the QRS detector makes 0.7 errors and more per beat below 3,
 * 0.15 to 0.3 from 3 to 5, 0.06 from 5 to 7, and under 0.01 above 10. Of PTB-XL's leads 1 in 1,000 lies below 3.
 */
const CLARITY_UNUSABLE = 3
const CLARITY_POOR = 5
/** Half of the time more than this above 25 Hz: 1 in 100 windows of MIT-BIH, no lead of PTB-XL at 100 Hz (there 0.02 is the most). */
const NOISE_MILLIVOLTS = 0.03
const NOISE_HZ = 25
/** Between the 1st and 99th percentile below 0.5 Hz: 1 in 30 of PTB-XL's leads without, 1 in 3 of those with the remark "baseline drift". */
const WANDER_MILLIVOLTS = 1
const WANDER_HZ = 0.5
/** A network may do without so many of its leads: of twelve, three. */
const MAX_UNUSABLE_LEADS = 0.25

/**
 * Returns what can be said about the quality of a window of some 10 s (at least 2): per lead and for the whole. Millivolts, one
 * array per lead, NaN where a sample is missing. Offsets up to 300 mV and the sign of a lead do not matter.
 */
export function recordQuality(leads: ReadonlyMap<string, Float64Array>, sampleRateHz: number): RecordQuality {
  if (!(sampleRateHz >= MIN_RATE_HZ)) {
    const reason = `${sampleRateHz} Hz are too few to see QRS complexes, ${MIN_RATE_HZ} Hz are the least`
    return { classifiable: false, reason, leads: [] }
  }
  const verdicts = [...leads].map(([lead, signal]) => leadQuality(lead, signal, sampleRateHz))
  const bad = verdicts.filter(({ usable }) => !usable)
  const seconds = Math.min(...[...leads.values()].map(signal => signal.length / sampleRateHz))
  const reason = (): string | undefined => {
    if (verdicts.length === 0) return 'there are no leads'
    if (seconds < MIN_SECONDS) return `${seconds.toFixed(1)} s are too short, ${MIN_SECONDS} s are the least`
    if (bad.length <= MAX_UNUSABLE_LEADS * verdicts.length) return undefined
    const why = bad.map(({ lead, findings }) => `${lead} ${findings.find(({ unusable }) => unusable)?.kind}`)
    return `${bad.length} of ${verdicts.length} leads are unusable: ${why.join(', ')}`
  }
  const problem = reason()
  return { classifiable: problem === undefined, reason: problem, leads: verdicts }
}

/** Returns what is wrong with one lead. What makes it unusable comes first, and hides what would follow from it. */
export function leadQuality(lead: string, signal: Float64Array, sampleRateHz: number): LeadQuality {
  const findings = deadFindings(signal, sampleRateHz)
  if (!findings.some(({ unusable }) => unusable)) findings.push(...noiseFindings(signal, sampleRateHz))
  return { lead, findings, usable: !findings.some(({ unusable }) => unusable) }
}

function deadFindings(signal: Float64Array, sampleRateHz: number): QualityFinding[] {
  const present = signal.filter(value => !Number.isNaN(value)).sort()
  const missing = 1 - present.length / Math.max(1, signal.length)
  const findings: QualityFinding[] = []
  if (missing > 0) {
    findings.push({ kind: 'missing', unusable: missing > MAX_MISSING, text: `${percent(missing)} of the samples` })
  }
  if (present.length === 0) return [{ kind: 'missing', unusable: true, text: 'all samples' }]
  const middle = present[present.length >> 1]
  const range = present[present.length - 1] - present[0]
  const rail = shareIn(railRuns(signal), signal.length)
  const flat = shareIn(flatRuns(signal, sampleRateHz), signal.length)
  if (Math.abs(middle) > OFFSET_MILLIVOLTS) {
    findings.push({ kind: 'lead-off', unusable: true, text: `an offset of ${middle.toFixed(0)} mV` })
  } else if (rail > OFF_SHARE) {
    findings.push({ kind: 'lead-off', unusable: true, text: `on a rail for ${percent(rail)} of the time` })
  } else if (rail > 0) {
    findings.push({ kind: 'saturated', unusable: rail > MAX_DEAD, text: `on a rail for ${percent(rail)} of the time` })
  } else if (range > RANGE_MILLIVOLTS) {
    findings.push({
      kind: 'units',
      unusable: true,
      text: `${range.toFixed(0)} mV between its extremes, are these microvolts`,
    })
  }
  if (range < FLAT_MILLIVOLTS) {
    findings.push({ kind: 'flat', unusable: true, text: `${range.toFixed(3)} mV between its extremes` })
  } else if (flat > 0 && rail === 0) {
    findings.push({
      kind: 'flat',
      unusable: flat > MAX_DEAD,
      text: `without movement for ${percent(flat)} of the time`,
    })
  }
  return findings
}

function noiseFindings(signal: Float64Array, sampleRateHz: number): QualityFinding[] {
  const findings: QualityFinding[] = []
  const { bridged } = bridgeGaps(signal)
  const clarity = qrsClarity(bridged, sampleRateHz)
  const noiseMv = NOISE_HZ < sampleRateHz / 2 ? medianSize(zeroPhase(highPass(2, NOISE_HZ, sampleRateHz), bridged)) : 0
  if (clarity < CLARITY_POOR) {
    const text = `QRS complexes do not stand out (${clarity.toFixed(1)} times the rest, ${CLARITY_POOR} are needed)`
    findings.push({ kind: 'noisy', unusable: clarity < CLARITY_UNUSABLE, text })
  } else if (noiseMv > NOISE_MILLIVOLTS) {
    findings.push({ kind: 'noisy', unusable: false, text: `${noiseMv.toFixed(3)} mV above ${NOISE_HZ} Hz` })
  }
  const slow = zeroPhase(lowPass(2, WANDER_HZ, sampleRateHz), bridged).sort()
  const wanderMv = slow[Math.floor(0.99 * slow.length)] - slow[Math.floor(0.01 * slow.length)]
  if (wanderMv > WANDER_MILLIVOLTS) {
    // A high-pass filter takes it away, so it makes no lead unusable.
    findings.push({ kind: 'wander', unusable: false, text: `${wanderMv.toFixed(1)} mV below ${WANDER_HZ} Hz` })
  }
  return findings
}

function medianSize(values: Float64Array): number {
  const sizes = values.map(Math.abs).sort()
  return sizes[sizes.length >> 1]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}
