import type { Alarms, MonitorEvent } from './alarms.ts'
import { RATE_HZ } from './integer-qrs.ts'
import type { Observation } from './observations.ts'
import type { Verdict } from './quality-index.ts'

/** What a view shows of a moment. */
export interface LiveStatus {
  /** Seconds since the recording's start. */
  readonly seconds: number
  /** Beats a minute over the last eight intervals; undefined where they are not known. */
  readonly rate: number | undefined
  readonly rhythm: string
  readonly classifiable: boolean
  readonly verdicts: readonly Verdict[]
  /** The last labels, the newest last; small where provisional. */
  readonly labels: string
  readonly alarms: readonly LiveAlarm[]
  /** What the 12-lead network says; undefined where it is not asked. */
  readonly findings: readonly string[] | undefined
}

export interface LiveAlarm {
  readonly rule: string
  readonly title: string
  readonly priority: string
  readonly since: number
  readonly value: number
  readonly holds: boolean
  readonly acknowledged: boolean
}

/** A beat for a view. */
export interface LiveBeat {
  readonly seconds: number
  readonly label: string
  readonly provisional: boolean
}

const INTERVALS = 8
const LABELS = 40
/** The trend has a point for each so many seconds. */
export const TREND_SECONDS = 10

const NAMES: Readonly<Record<string, string>> = {
  '(N': 'regular',
  '(VT': 'ventricular tachycardia',
  '(VFL': 'ventricular flutter or fibrillation',
  '(AFIB': 'irregular, suggestive of atrial fibrillation',
  '(B': 'ventricular bigeminy',
  '(T': 'ventricular trigeminy',
  '(IVR': 'idioventricular',
}

/** Keeps what views show, from what the monitor observes. */
export class LiveState {
  /** Rate over time, [seconds, beats a minute or null]. */
  readonly trend: [number, number | null][] = []
  private readonly alarms: Alarms
  private intervals: number[] = []
  private labels: { sample: number; label: string }[] = []
  private moment: Extract<Observation, { kind: 'moment' }> | undefined
  private findings: readonly string[] | undefined

  constructor(alarms: Alarms) {
    this.alarms = alarms
  }

  observe(observation: Observation): void {
    if (observation.kind === 'found') {
      const { pre } = observation
      this.intervals = pre === undefined ? [] : [...this.intervals, pre].slice(-INTERVALS)
    } else if (observation.kind === 'beat') {
      const { sample, label, provisional } = observation
      const before = this.labels.filter(beat => beat.sample !== sample)
      this.labels = [...before, { sample, label: provisional ? label.toLowerCase() : label }].slice(-LABELS)
    } else if (observation.kind === 'finding') this.findings = observation.labels
    else if (observation.kind === 'moment') {
      this.moment = observation
      const seconds = observation.at / RATE_HZ
      const last = this.trend.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY
      if (seconds - last >= TREND_SECONDS) this.trend.push([Math.round(seconds), this.rate() ?? null])
    }
  }

  status(seconds: number): LiveStatus {
    const { moment } = this
    return {
      seconds,
      rate: this.rate(),
      rhythm: moment?.classifiable ? NAMES[this.alarms.rhythm()] : 'not classifiable',
      classifiable: moment?.classifiable ?? false,
      verdicts: moment?.verdicts ?? [],
      labels: this.labels.map(({ label }) => label).join(''),
      alarms: this.alarms.active().map(({ rule, since, value, holds, acknowledged }) => ({
        rule: rule.id,
        title: rule.title,
        priority: rule.priority,
        since: since / RATE_HZ,
        value: Math.round(10 * value) / 10,
        holds,
        acknowledged,
      })),
      findings: this.findings,
    }
  }

  private rate(): number | undefined {
    const { intervals, moment } = this
    const silent = moment?.lastPeak === undefined || moment.at - moment.lastPeak > 4 * RATE_HZ
    if (intervals.length < 2 || silent || !moment?.classifiable) return undefined
    return Math.round((60 * RATE_HZ * intervals.length) / intervals.reduce((sum, each) => sum + each, 0))
  }
}

/** Returns an event in words. */
export function eventSentence({ kind, rule, value }: MonitorEvent): string {
  if (kind === 'gap') return `gap of ${value} s`
  if (kind === 'suspended') return 'not classifiable: rules are suspended'
  if (kind === 'resumed') return `classifiable again after ${value} s`
  return `${kind} ${rule} ${value}`
}
