import {
  type Condition,
  ENDLESS,
  inSamples,
  MINUTE,
  ON_ITS_WAY,
  ratio,
  secondsOf,
  sum,
  thousandths,
} from './condition.ts'
import { RATE_HZ } from './integer-qrs.ts'
import type { LabelledBeat, Moment } from './observations.ts'
import type { When } from './rules.ts'
import { unlikeRun } from './unlike-run.ts'
import { usualBeat } from './usual-beat.ts'

type Of<Kind extends When['kind']> = Extract<When, { kind: Kind }>

/** Makes the condition of a rule. */
export const conditions: { readonly [Kind in When['kind']]: (when: Of<Kind>) => Condition } = {
  'no-beat': noBeat,
  pause,
  'rate-above': rateAbove,
  'rate-below': rateBelow,
  flutter,
  run,
  'unlike-run': unlikeRun,
  count,
  pattern,
  irregular,
  unclassifiable,
  'lead-lost': leadLost,
  finding,
}

function noBeat({ seconds, unlessWaves }: Of<'no-beat'>): Condition {
  const limit = inSamples(seconds)
  const isWave = waves(unlessWaves)
  let since: number | undefined
  /** Whether there were waves since the last beat. */
  let waved = false
  return {
    // A silence that a beat ended before it was certain.
    found({ pre }) {
      const silent = pre !== undefined && pre > limit && !waved
      waved = false
      return silent ? secondsOf(pre) : undefined
    },
    moment(moment) {
      const { at, lastPeak, classifiable } = moment
      if (isWave(moment)) {
        waved = true
        since = at
      }
      if (!classifiable) since = undefined
      else since ??= at
      if (since === undefined) return undefined
      const silent = at - Math.max(since, lastPeak ?? since)
      return silent >= limit + ON_ITS_WAY ? secondsOf(silent) : undefined
    },
    forget() {
      since = undefined
      waved = false
    },
  }
}

/** Whether there are waves a second after the last beat and later: the index looks back for four. */
function waves(unless: Of<'no-beat'>['unlessWaves']): (moment: Moment) => boolean {
  if (unless === undefined) return () => false
  const slowest = thousandths(unless.ratePerMinute)
  return ({ at, lastPeak, flutter }) =>
    flutter !== undefined &&
    flutter.leakage < unless.leakage &&
    1000 * flutter.ratePerMinute >= slowest &&
    (lastPeak === undefined || at - lastPeak >= RATE_HZ)
}

function pause({ seconds }: Of<'pause'>): Condition {
  const limit = inSamples(seconds)
  return {
    found: ({ pre }) => (pre !== undefined && pre > limit ? secondsOf(pre) : undefined),
    forget() {},
  }
}

/** Waits for labels: what a beat looks like is known with them. */
function rateAbove({ alike = -1, share = 0, ...when }: Of<'rate-above'>): Condition {
  const mean = new MeanRate(when.beats)
  const [limit, least] = [thousandths(when.perMinute), thousandths(alike)]
  let alikes: boolean[] = []
  const forget = () => {
    mean.forget()
    alikes = []
  }
  return {
    labelled({ pre, likeness }) {
      if (pre === undefined) forget()
      alikes = [...alikes, likeness !== undefined && Math.max(...likeness.usual, likeness.alike) >= least].slice(
        -when.beats,
      )
      if (!mean.take(pre) || 1000 * mean.beats <= limit * mean.samples) return undefined
      const many = 1000 * alikes.filter(Boolean).length >= thousandths(share) * alikes.length
      return many ? ratio(mean.beats, mean.samples) : undefined
    },
    forget,
  }
}

/** Does not wait for labels: the next beat may be late. */
function rateBelow(when: Of<'rate-below'>): Condition {
  const mean = new MeanRate(when.beats)
  const [limit, share] = [thousandths(when.perMinute), thousandths(when.doubtful ?? 1)]
  let doubts: boolean[] = []
  return {
    found({ pre, doubtful }) {
      doubts = [...doubts, doubtful].slice(1 - when.beats)
      if (!mean.take(pre) || 1000 * mean.beats >= limit * mean.samples) return undefined
      return 1000 * doubts.filter(Boolean).length <= share * doubts.length ? ratio(mean.beats, mean.samples) : undefined
    },
    forget() {
      mean.forget()
      doubts = []
    },
  }
}

/** The mean rate of so many beats in a row, as beats that a minute would have over the samples of its intervals. */
class MeanRate {
  private readonly count: number
  private intervals: number[] = []

  constructor(beats: number) {
    // So many beats have one interval less between them.
    this.count = beats - 1
  }

  get beats(): number {
    return MINUTE * this.intervals.length
  }

  get samples(): number {
    return sum(this.intervals)
  }

  /** Takes the interval before a beat; whether there are enough of them. */
  take(pre: number | undefined): boolean {
    this.intervals = pre === undefined ? [] : [...this.intervals, pre].slice(-this.count)
    return this.intervals.length === this.count
  }

  forget(): void {
    this.intervals = []
  }
}

function flutter({ leakage, ratePerMinute, toPerMinute = ENDLESS, seconds, unlessBeat }: Of<'flutter'>): Condition {
  const [limit, slowest, fastest] = [inSamples(seconds), thousandths(ratePerMinute), thousandths(toPerMinute)]
  const isBetween = (rate: number) => rate >= slowest && rate <= fastest
  const beat = usualBeat(unlessBeat)
  let since: number | undefined
  return {
    labelled(labelled) {
      beat.take(labelled)
      return undefined
    },
    moment({ at, flutter }) {
      const holds = flutter !== undefined && flutter.leakage < leakage && isBetween(1000 * flutter.ratePerMinute)
      since = holds ? (since ?? at) : undefined
      const lasts = since !== undefined && at - since >= limit
      return lasts && !beat.isNear(at) ? 1000 * flutter!.ratePerMinute : undefined
    },
    forget() {
      since = undefined
      beat.forget()
    },
  }
}

function run(when: Of<'run'>): Condition {
  const { certainty = 0, orBeats = ENDLESS } = when
  const [from, to] = [thousandths(when.fromPerMinute ?? 0), thousandths(when.toPerMinute ?? ENDLESS)]
  const regularity = thousandths(when.regularity ?? ENDLESS)
  const isOwn = ({ label }: LabelledBeat) => label === when.label || label === when.orLabel
  let last: LabelledBeat[] = []
  /** Of the run so far. */
  let length = 0
  const forget = () => {
    last = []
    length = 0
  }
  return {
    labelled(beat) {
      const own = isOwn(beat)
      if (!own || beat.pre === undefined) forget()
      if (!own) return undefined
      length++
      last = [...last, beat].slice(-when.beats)
      if (last.length < when.beats || last.every(({ label }) => label !== when.label)) return undefined
      // The first interval of a run is that before it.
      const intervals = last.slice(1).map(({ pre }) => pre!)
      const [count, samples] = [MINUTE * intervals.length, sum(intervals)]
      if (1000 * count < from * samples || 1000 * count > to * samples) return undefined
      const regular = 1000 * Math.max(...intervals) <= regularity * Math.min(...intervals)
      const sure = regular && sum(last.map(each => each.certainty)) >= certainty * last.length
      return length >= orBeats || sure ? ratio(count, samples) : undefined
    },
    forget,
  }
}

function count({ label, count, seconds }: Of<'count'>): Condition {
  const window = inSamples(seconds)
  let times: number[] = []
  return {
    labelled(beat) {
      if (beat.label === label) times.push(beat.sample)
      times = times.filter(time => time > beat.sample - window)
      return times.length >= count ? 1000 * times.length : undefined
    },
    forget() {
      times = []
    },
  }
}

function pattern({ labels, repeats }: Of<'pattern'>): Condition {
  const wanted = labels.repeat(repeats)
  let seen = ''
  return {
    labelled({ label, pre }) {
      seen = pre === undefined ? label : (seen + label).slice(-wanted.length)
      // The same pattern may begin at any of its beats.
      return seen.length === wanted.length && (wanted + wanted).includes(seen) ? 1000 * repeats : undefined
    },
    forget() {
      seen = ''
    },
  }
}

function irregular({ beats, ...when }: Of<'irregular'>): Condition {
  const [step, share] = [thousandths(when.step), thousandths(when.share)]
  let steps: boolean[] = []
  let last: LabelledBeat[] = []
  return {
    labelled(beat) {
      last = [...last, beat].slice(-3)
      const [earlier, pre] = [last[1]?.pre, beat.pre]
      // Two intervals have three beats; an early ventricular one and the pause behind it are not the rhythm of the atria, and a Q may be one.
      const own = last.length === 3 && last.every(({ label }) => label === 'N' || label === 'S')
      if (!own || earlier === undefined || pre === undefined) return undefined
      steps = [...steps, 1000 * Math.abs(pre - earlier) > step * earlier].slice(-beats)
      const found = steps.filter(Boolean).length
      return steps.length === beats && 1000 * found >= share * beats ? ratio(found, beats) : undefined
    },
    forget() {
      steps = []
      last = []
    },
  }
}

/** Holds while something has lasted long enough, for as many seconds. */
function lasting(seconds: number, holds: (moment: Moment) => boolean): Condition {
  const limit = inSamples(seconds)
  let since: number | undefined
  return {
    moment(moment) {
      since = holds(moment) ? (since ?? moment.at) : undefined
      return since !== undefined && moment.at - since >= limit ? secondsOf(moment.at - since) : undefined
    },
    forget() {
      since = undefined
    },
  }
}

function unclassifiable({ seconds }: Of<'unclassifiable'>): Condition {
  // Unclassifiable signal makes others forget; it is what this one waits for.
  return { ...lasting(seconds, ({ classifiable }) => !classifiable), forget() {} }
}

/** Noise may be there with the electrode; a line that is no signal is a lead that is lost. */
function leadLost({ seconds }: Of<'lead-lost'>): Condition {
  return lasting(seconds, ({ verdicts }) => verdicts.some(verdict => verdict !== 'good' && verdict !== 'noise'))
}

function finding({ label, of, windows }: Of<'finding'>): Condition {
  let seen: boolean[] = []
  return {
    finding({ labels }) {
      if (labels === undefined) return undefined
      seen = [...seen, labels.includes(label)].slice(-windows)
      const found = seen.filter(Boolean).length
      return seen.length === windows && found >= of ? 1000 * found : undefined
    },
    forget() {
      seen = []
    },
  }
}
