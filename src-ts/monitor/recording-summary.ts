import { BEAT_CLASSES, type BeatClass } from '../ecg/beats/beat-classes.ts'
import type { MonitorEvent } from './alarms.ts'
import { RATE_HZ } from './integer-qrs.ts'
import { Latencies, type LatencySummary } from './latencies.ts'
import { MISSING } from './lead.ts'
import type { Observation } from './observations.ts'
import { MonitorEvents, type RaisedFor } from './raised-alarms.ts'

/** A piece of the signal around an alarm: 10 s, of which 4 follow the alarm. */
export interface EventStrip {
  readonly alarm: Pick<MonitorEvent, 'time' | 'rule' | 'priority' | 'value'>
  readonly fromSeconds: number
  /** Millivolts, row-major [samples, leads]. */
  readonly signal: Float32Array
}

/** What there is to say of a recording as a whole. */
export interface RecordingSummary {
  readonly seconds: number
  readonly beats: Readonly<Record<BeatClass, number>>
  /** Mean beats a minute of each minute; undefined where there were fewer than ten intervals. */
  readonly perMinute: readonly (number | undefined)[]
  /** Intervals by their rate: from `from` on, `width` beats a minute each. */
  readonly histogram: { readonly from: number; readonly width: number; readonly counts: readonly number[] }
  readonly longestPause: { readonly seconds: number; readonly at: number } | undefined
  /** Seconds in which the signal was not classifiable, and in which there was none. */
  readonly poorSeconds: number
  readonly gapSeconds: number
  readonly gaps: number
  readonly alarms: readonly RaisedFor[]
  readonly latency: LatencySummary
  readonly strips: readonly EventStrip[]
}

const STRIP_SECONDS = 10
const AFTER_SECONDS = 4
/** Of each rule so many strips, and so many leads of them. */
const STRIPS_PER_RULE = 2
export const STRIP_LEADS = 2
const HISTOGRAM = { from: 20, width: 5, bins: 46 }
const LEAST_INTERVALS = 10

/** Gathers a summary while a recording is monitored. Memory does not grow with the beats, but by a number a minute. */
export class Summary {
  readonly events = new MonitorEvents()
  private readonly latencies = new Latencies()
  private readonly beats = new Map<string, number>(BEAT_CLASSES.map(label => [label, 0]))
  private readonly minutes: { intervals: number; samples: number }[] = []
  private readonly counts = new Array<number>(HISTOGRAM.bins).fill(0)
  private readonly strips: EventStrip[] = []
  private readonly wanted: MonitorEvent[] = []
  private pause: RecordingSummary['longestPause']
  private poor = 0
  private gapSamples = 0
  private gaps = 0
  /** The last seconds of the first leads, as they came. */
  private readonly recent: Int32Array
  private frames = 0
  private readonly rate: number
  private readonly leads: number

  constructor(sampleRateHz: number, leads: number) {
    this.rate = sampleRateHz
    this.leads = Math.min(STRIP_LEADS, leads)
    this.recent = new Int32Array(Math.round(STRIP_SECONDS * sampleRateHz) * this.leads).fill(MISSING)
  }

  /** Takes one frame of the recording. */
  frame(frames: Int32Array, at: number): void {
    const slot = (this.frames++ * this.leads) % this.recent.length
    for (let lead = 0; lead < this.leads; lead++) this.recent[slot + lead] = frames[at + lead]
  }

  /** Takes note that seconds were lost. */
  skip(seconds: number): void {
    this.frames += Math.round(seconds * this.rate)
    this.recent.fill(MISSING)
  }

  observe(observation: Observation): void {
    if (observation.kind === 'beat') {
      this.latencies.take(observation)
      if (!observation.provisional) this.beats.set(observation.label, (this.beats.get(observation.label) ?? 0) + 1)
    } else if (observation.kind === 'found') this.interval(observation.sample, observation.pre)
    else if (observation.kind === 'gap') {
      this.gaps++
      this.gapSamples += observation.to - observation.from
    } else if (observation.kind === 'moment') {
      if (!observation.classifiable) this.poor++
      this.cutStrips(observation.at / RATE_HZ)
    }
  }

  event(event: MonitorEvent): void {
    this.events.take(event)
    const same = [...this.strips.map(({ alarm }) => alarm), ...this.wanted].filter(({ rule }) => rule === event.rule)
    const worth = (event.kind === 'alarm' || event.kind === 'notice') && event.rule !== 'lead-off'
    if (worth && same.length < STRIPS_PER_RULE) this.wanted.push(event)
  }

  summary(): RecordingSummary {
    const seconds = this.frames / this.rate
    this.cutStrips(Number.POSITIVE_INFINITY)
    return {
      seconds,
      beats: Object.fromEntries(this.beats) as Record<BeatClass, number>,
      perMinute: Array.from(this.minutes, minute =>
        minute && minute.intervals >= LEAST_INTERVALS ? (60 * RATE_HZ * minute.intervals) / minute.samples : undefined,
      ),
      histogram: { from: HISTOGRAM.from, width: HISTOGRAM.width, counts: [...this.counts] },
      longestPause: this.pause,
      // Four moments a second.
      poorSeconds: this.poor / 4,
      gapSeconds: this.gapSamples / RATE_HZ,
      gaps: this.gaps,
      alarms: this.events.alarms(seconds),
      latency: this.latencies.summary(),
      strips: this.strips,
    }
  }

  private interval(sample: number, pre: number | undefined): void {
    if (pre === undefined) return
    const minute = Math.floor(sample / RATE_HZ / 60)
    this.minutes[minute] ??= { intervals: 0, samples: 0 }
    this.minutes[minute].intervals++
    this.minutes[minute].samples += pre
    const bin = Math.floor(((60 * RATE_HZ) / pre - HISTOGRAM.from) / HISTOGRAM.width)
    this.counts[Math.max(0, Math.min(HISTOGRAM.bins - 1, bin))]++
    const seconds = pre / RATE_HZ
    if (seconds > (this.pause?.seconds ?? 0)) this.pause = { seconds, at: (sample - pre) / RATE_HZ }
  }

  /** Cuts the strips whose end has come. */
  private cutStrips(now: number): void {
    while (this.wanted.length > 0 && now >= this.wanted[0].time + AFTER_SECONDS) {
      const { time, rule, priority, value } = this.wanted.shift()!
      const length = Math.min(this.frames * this.leads, this.recent.length)
      const start = this.frames * this.leads - length
      const signal = Float32Array.from({ length }, (_, i) => {
        const sample = this.recent[(start + i) % this.recent.length]
        return sample === MISSING ? Number.NaN : sample / 1000
      })
      this.strips.push({ alarm: { time, rule, priority, value }, fromSeconds: start / this.leads / this.rate, signal })
    }
  }
}
