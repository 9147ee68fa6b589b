import { type Condition, ENDLESS, MINUTE, ratio, sum, thousandths } from './condition.ts'
import { RATE_HZ } from './integer-qrs.ts'
import type { LabelledBeat, Likeness } from './observations.ts'
import type { When } from './rules.ts'

type UnlikeRun = Extract<When, { kind: 'unlike-run' }>

/** The usual interval before a run is the median of so many. */
const INTERVALS = 8

/** What is known of one beat of a run. */
interface Evidence {
  readonly interval: number
  readonly alike: number
  /** Whether the network calls it ventricular. */
  readonly named: boolean
  /** Whether it looks unlike the usual complex, and whether so much that no label is needed. */
  readonly unlike: boolean
  readonly plain: boolean
}

/**
 * A run of fast beats that look like each other, and by shape, by label or by both unlike the heart's usual ones: a tachycardia of the
 * ventricles, even where the network does not know its beats. Unless shape and label agree in every beat, the run must begin suddenly:
 * sinus rhythm that quickens past a rate at which a bundle branch tires does not.
 */
export function unlikeRun(when: UnlikeRun): Condition {
  const [from, regularity] = [thousandths(when.fromPerMinute), thousandths(when.regularity ?? ENDLESS)]
  const [alike, share] = [thousandths(when.alike), thousandths(when.share)]
  const evidenceOf = judge(when)
  let before: number[] = []
  /** The usual interval when the run began. */
  let usual = RATE_HZ
  let run: Evidence[] = []
  return {
    labelled(beat) {
      const { pre } = beat
      const evidence = evidenceOf(beat)
      if (pre === undefined) before = []
      if (!evidence) run = []
      else {
        if (run.length === 0) usual = median(before)
        run = [...run, evidence].slice(-when.beats)
      }
      if (pre !== undefined) before = [...before, pre].slice(-INTERVALS)
      if (run.length < when.beats) return undefined
      // The first interval of a run is that before it, and its first beat may lie on the T wave of the one before.
      if (run.slice(2).some(each => each.alike < alike)) return undefined
      const intervals = run.slice(1).map(({ interval }) => interval)
      const [count, samples] = [MINUTE * intervals.length, sum(intervals)]
      if (1000 * count < from * samples) return undefined
      if (1000 * Math.max(...intervals) > regularity * Math.min(...intervals)) return undefined
      const sudden = 1000 * samples <= share * usual * intervals.length
      return run.every(isSure) || (sudden && isLikely(run, when.named)) ? ratio(count, samples) : undefined
    },
    forget() {
      before = []
      run = []
    },
  }
}

function isSure({ named, unlike }: Evidence): boolean {
  return named && unlike
}

function isLikely(run: readonly Evidence[], least: number): boolean {
  return run.every(({ plain }) => plain) || run.filter(({ named }) => named).length >= least
}

/** Judges a beat, where it belongs to a run by its shape or a sure label: below `some` in both leads, and in one below `more`, is unlike; below `much`, or wider as well, plainly so. */
function judge(when: UnlikeRun): (beat: LabelledBeat) => Evidence | undefined {
  const { certainty: sure = 0 } = when
  const [some, more, much, width] = [when.some, when.more, when.much, when.width].map(thousandths)
  const shape = ({ usual, widths }: Likeness) => {
    const [least, most] = [Math.min(...usual), Math.max(...usual)]
    const unlike = most < some && least < more
    return { unlike, plain: unlike && (least < much || Math.max(...widths) > width) }
  }
  return ({ pre, likeness, label, certainty }) => {
    if (pre === undefined || !likeness) return undefined
    const named = label === when.label || label === when.orLabel
    const { unlike, plain } = shape(likeness)
    return unlike || (named && certainty >= sure)
      ? { interval: pre, alike: likeness.alike, named, unlike, plain }
      : undefined
  }
}

/** The upper of the two in the middle; a second where there are none. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? RATE_HZ
}
