import type { Flutter } from './flutter-index.ts'
import type { Verdict } from './quality-index.ts'

// What the monitor observes. Times are samples at 360 Hz.

/** How a QRS complex looks beside others, in thousandths, by the two leads that beats are classified by. */
export interface Likeness {
  /** Correlation with the usual complex of each lead. */
  readonly usual: readonly [number, number]
  /** Width over that of the usual complex, in each lead. */
  readonly widths: readonly [number, number]
  /** Correlation with one of the two complexes before, that which it looks more like; mean of the leads. */
  readonly alike: number
}

/** A beat with its class, or Q where the signal is too poor to tell. Times are samples at 360 Hz of the signal. */
export interface LabelledBeat {
  readonly kind: 'beat'
  /** The R peak. */
  readonly sample: number
  readonly label: string
  /** By how much the label leads, in thousandths of a logit; 0 for Q. */
  readonly certainty: number
  /** Given before the next beat was seen; the final label follows. */
  readonly provisional: boolean
  /** The interval before it; undefined at the start and after a gap. */
  readonly pre: number | undefined
  /** The R peak behind it; undefined where none came. */
  readonly next: number | undefined
  /** When the label was known. */
  readonly at: number
  /** Undefined for Q. */
  readonly likeness?: Likeness
}

/** The state of the signal, four times a second. */
export interface Moment {
  readonly kind: 'moment'
  readonly at: number
  /** The last R peak; undefined before the first and after a gap. */
  readonly lastPeak: number | undefined
  /** Whether a lead is good enough to look for beats. */
  readonly classifiable: boolean
  readonly verdicts: readonly Verdict[]
  readonly flutter: Flutter | undefined
}

/** What the 12-lead network says of the last ten seconds. */
export interface Finding {
  readonly kind: 'finding'
  readonly at: number
  /** Labels whose probability reaches its threshold; undefined where the leads are not good enough. */
  readonly labels: readonly string[] | undefined
}

/** A stretch without samples. */
export interface Gap {
  readonly kind: 'gap'
  readonly from: number
  readonly to: number
}

/** An R peak, as soon as it is certain; its label follows. */
export interface FoundBeat {
  readonly kind: 'found'
  readonly sample: number
  readonly pre: number | undefined
  /** Whether one may have been overlooked since the one before. */
  readonly doubtful: boolean
  readonly at: number
}

export type Observation = LabelledBeat | Moment | Finding | Gap | FoundBeat
