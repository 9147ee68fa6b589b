import { RATE_HZ } from './integer-qrs.ts'
import type { Finding, FoundBeat, LabelledBeat, Moment } from './observations.ts'
import type { When } from './rules.ts'

/** Whether what a rule waits for holds, as observations come. Each call returns the value that goes into the log, or undefined. */
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

type Of<Kind extends When['kind']> = Extract<When, { kind: Kind }>

/** Makes the condition of a rule. */
export const conditions: { readonly [Kind in When['kind']]: (when: Of<Kind>) => Condition } = {
  'no-beat': noBeat,
  pause,
  'rate-above': when => rate(when, perMinute => perMinute > when.perMinute),
  'rate-below': when => rate(when, perMinute => perMinute < when.perMinute),
  flutter,
  run,
  count,
  pattern,
  irregular,
  unclassifiable,
  finding,
}

/** A beat is certain this long after its peak: before, it may still be on its way. */
const ON_ITS_WAY = 0.3

function noBeat({ seconds }: Of<'no-beat'>): Condition {
  let since: number | undefined
  return {
    moment({ at, lastPeak, classifiable }) {
      if (!classifiable) since = undefined
      else since ??= at
      if (since === undefined) return undefined
      const silent = (at - Math.max(since, lastPeak ?? since)) / RATE_HZ
      return silent >= seconds + ON_ITS_WAY ? silent : undefined
    },
    forget() {
      since = undefined
    },
  }
}

function pause({ seconds }: Of<'pause'>): Condition {
  return {
    found: ({ pre }) => (pre !== undefined && pre > seconds * RATE_HZ ? pre / RATE_HZ : undefined),
    forget() {},
  }
}

function rate({ beats }: Of<'rate-above'> | Of<'rate-below'>, holds: (perMinute: number) => boolean): Condition {
  let intervals: number[] = []
  return {
    found({ pre }) {
      if (pre === undefined) {
        intervals = []
        return undefined
      }
      intervals.push(pre)
      // So many beats have one interval less between them.
      if (intervals.length > beats - 1) intervals.shift()
      if (intervals.length < beats - 1) return undefined
      const perMinute = (60 * RATE_HZ * intervals.length) / sum(intervals)
      return holds(perMinute) ? perMinute : undefined
    },
    forget() {
      intervals = []
    },
  }
}

function flutter({ leakage, ratePerMinute, seconds }: Of<'flutter'>): Condition {
  let since: number | undefined
  return {
    moment({ at, flutter }) {
      const holds = flutter !== undefined && flutter.leakage < leakage && flutter.ratePerMinute >= ratePerMinute
      since = holds ? (since ?? at) : undefined
      return since !== undefined && at - since >= seconds * RATE_HZ ? flutter!.ratePerMinute : undefined
    },
    forget() {
      since = undefined
    },
  }
}

function run(when: Of<'run'>): Condition {
  const NONE = Number.POSITIVE_INFINITY
  const { fromPerMinute = 0, toPerMinute = NONE, regularity = NONE, certainty = 0, orBeats = NONE } = when
  let last: LabelledBeat[] = []
  let length = 0
  return {
    labelled(beat) {
      const goesOn = beat.label === when.label && beat.pre !== undefined
      length = beat.label !== when.label ? 0 : goesOn ? length + 1 : 1
      last = length === 0 ? [] : [...last, beat].slice(-Math.min(length, when.beats))
      if (length < when.beats) return undefined
      // The first interval of a run is that before it.
      const intervals = last.slice(1).map(({ pre }) => pre!)
      const perMinute = (60 * RATE_HZ * intervals.length) / sum(intervals)
      if (perMinute < fromPerMinute || perMinute > toPerMinute) return undefined
      if (length >= orBeats) return perMinute
      const regular = Math.max(...intervals) <= regularity * Math.min(...intervals)
      const certain = sum(last.map(beat => beat.certainty)) >= certainty * last.length
      return regular && certain ? perMinute : undefined
    },
    forget() {
      last = []
      length = 0
    },
  }
}

function count({ label, count, seconds }: Of<'count'>): Condition {
  let times: number[] = []
  return {
    labelled(beat) {
      if (beat.label === label) times.push(beat.sample)
      times = times.filter(time => time > beat.sample - seconds * RATE_HZ)
      return times.length >= count ? times.length : undefined
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
      return seen.length === wanted.length && (wanted + wanted).includes(seen) ? repeats : undefined
    },
    forget() {
      seen = ''
    },
  }
}

function irregular({ beats, step, share }: Of<'irregular'>): Condition {
  let steps: boolean[] = []
  let last: LabelledBeat[] = []
  return {
    labelled(beat) {
      last = [...last, beat].slice(-3)
      const [earlier, pre] = [last[1]?.pre, beat.pre]
      // Two intervals have three beats; an early ventricular one and the pause behind it are not the rhythm of the atria.
      const own = last.length === 3 && last.every(({ label }) => label !== 'V' && label !== 'F')
      if (!own || earlier === undefined || pre === undefined) return undefined
      steps = [...steps, Math.abs(pre - earlier) > step * earlier].slice(-beats)
      const found = steps.filter(Boolean).length / beats
      return steps.length === beats && found >= share ? found : undefined
    },
    forget() {
      steps = []
      last = []
    },
  }
}

function unclassifiable({ seconds }: Of<'unclassifiable'>): Condition {
  let since: number | undefined
  return {
    moment({ at, classifiable }) {
      since = classifiable ? undefined : (since ?? at)
      const lasted = since === undefined ? 0 : (at - since) / RATE_HZ
      return lasted >= seconds ? lasted : undefined
    },
    // This is what it waits for.
    forget() {},
  }
}

function finding({ label, of, windows }: Of<'finding'>): Condition {
  let seen: boolean[] = []
  return {
    finding({ labels }) {
      if (labels === undefined) return undefined
      seen = [...seen, labels.includes(label)].slice(-windows)
      const found = seen.filter(Boolean).length
      return seen.length === windows && found >= of ? found : undefined
    },
    forget() {
      seen = []
    },
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
