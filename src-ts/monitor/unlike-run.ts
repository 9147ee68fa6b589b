import { type Condition, ENDLESS, MINUTE, ratio, sum, thousandths } from './condition.ts'
import { RATE_HZ } from './integer-qrs.ts'
import type { LabelledBeat, Likeness } from './observations.ts'
import type { When } from './rules.ts'

/** The usual interval before a run is the median of so many. */
const INTERVALS = 8

/**
 * A run of fast beats that look unlike the heart's usual ones and like each other: a tachycardia of the ventricles, whatever the network
 * calls its beats. The run begins at a sudden: sinus rhythm that quickens past a rate at which a bundle branch tires does not.
 */
export function unlikeRun(when: Extract<When, { kind: 'unlike-run' }>): Condition {
  const [from, regularity] = [thousandths(when.fromPerMinute), thousandths(when.regularity ?? ENDLESS)]
  const [alike, share] = [thousandths(when.alike), thousandths(when.share)]
  const isUnlike = unlike(when)
  let before: number[] = []
  /** The usual interval when the run began. */
  let usual = RATE_HZ
  let run: LabelledBeat[] = []
  return {
    labelled(beat) {
      const { pre, likeness } = beat
      if (pre === undefined) before = []
      if (pre === undefined || !likeness || !isUnlike(likeness)) run = []
      else {
        if (run.length === 0) usual = median(before)
        run = [...run, beat].slice(-when.beats)
      }
      if (pre !== undefined) before = [...before, pre].slice(-INTERVALS)
      if (run.length < when.beats) return undefined
      // The first interval of a run is that before it, and its first beat may lie on the T wave of the one before.
      if (run.slice(2).some(each => each.likeness!.alike < alike)) return undefined
      const intervals = run.slice(1).map(each => each.pre!)
      const [count, samples] = [MINUTE * intervals.length, sum(intervals)]
      if (1000 * count < from * samples || 1000 * samples > share * usual * intervals.length) return undefined
      const regular = 1000 * Math.max(...intervals) <= regularity * Math.min(...intervals)
      return regular ? ratio(count, samples) : undefined
    },
    forget() {
      before = []
      run = []
    },
  }
}

/** Whether a complex looks unlike the usual one: in both leads, and in one of them much, or it is wider as well. */
function unlike(when: Extract<When, { kind: 'unlike-run' }>): (likeness: Likeness) => boolean {
  const [some, more, much, width] = [when.some, when.more, when.much, when.width].map(thousandths)
  return ({ usual, widths }) => {
    const [least, most] = [Math.min(...usual), Math.max(...usual)]
    return most < some && (least < much || (least < more && Math.max(...widths) > width))
  }
}

/** The upper of the two in the middle; a second where there are none. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? RATE_HZ
}
