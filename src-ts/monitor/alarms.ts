import { type Condition, inSamples, secondsOf } from './condition.ts'
import { conditions } from './conditions.ts'
import { RATE_HZ } from './integer-qrs.ts'
import type { Observation } from './observations.ts'
import type { Rule, When } from './rules.ts'

/** What happened, as a line of events.jsonl has it. */
export interface MonitorEvent {
  /** Seconds from the recording's start at which it was known. */
  readonly time: number
  readonly kind: 'alarm' | 'notice' | 'end' | 'gap' | 'suspended' | 'resumed' | 'acknowledged'
  readonly priority: Rule['priority'] | 'none'
  /** What the rule measured: seconds, beats a minute, beats, windows; of a gap its seconds. */
  readonly value: number
  /** Name of the rule; '' where there is none. */
  readonly rule: string
}

/** An alarm that holds, or held and waits to be acknowledged. */
export interface ActiveAlarm {
  readonly rule: Rule
  readonly since: number
  /** Whether its condition still holds. */
  readonly holds: boolean
  readonly acknowledged: boolean
  readonly value: number
}

/** An alarm ends when its condition has not held for so long: it does not flicker. */
const QUIET = 10 * RATE_HZ
/** A suspension shorter than this is not worth a line. */
const SUSPENDED = RATE_HZ

interface State {
  readonly rule: Rule
  /** It holds when one of them does. */
  readonly conditions: readonly Condition[]
  /** The alarm's first and last sample at which the condition held; undefined while there is none. */
  alarm?: { since: number; last: number; value: number; acknowledged: boolean; ended: boolean }
}

/**
 * Watches a table of rules. While the signal is not classifiable, all but the rules that wait for just that are suspended:
 * they forget what they saw, and raise nothing.
 */
export class Alarms {
  private readonly states: readonly State[]
  private readonly emit: (event: MonitorEvent) => void
  private poorSince: number | undefined
  private suspended = false
  /** Whether the signal of the last four seconds was large enough (above 0.1 mV) for a flutter index; noise counts, too. */
  private hasWaves = false

  constructor(rules: readonly Rule[], emit: (event: MonitorEvent) => void) {
    this.states = rules.map(rule => ({
      rule,
      conditions: [rule.when, ...(rule.orWhen ? [rule.orWhen] : [])].map(conditionOf),
    }))
    this.emit = emit
  }

  /** Takes what the monitor observed. */
  take(observation: Observation): void {
    const { kind } = observation
    if (kind === 'found') this.tell(observation.at, ({ found }) => found?.(observation))
    else if (kind === 'finding') this.tell(observation.at, ({ finding }) => finding?.(observation))
    // A provisional label is for the eye: its final one follows.
    else if (kind === 'beat' && !observation.provisional)
      this.tell(observation.at, ({ labelled }) => labelled?.(observation))
    else if (kind === 'gap') {
      this.write('gap', observation.to, secondsOf(observation.to - observation.from))
      this.forget()
    } else if (kind === 'moment') {
      this.suspend(observation.at, observation.classifiable)
      this.hasWaves = observation.flutter !== undefined
      this.tell(observation.at, ({ moment }) => moment?.(observation))
      this.settle(observation.at)
    }
  }

  /** All alarms that hold or wait to be acknowledged, the most urgent first. */
  active(): ActiveAlarm[] {
    const order = ['high', 'medium', 'low']
    return this.states
      .flatMap(({ rule, alarm }) =>
        alarm
          ? [
              {
                rule,
                since: alarm.since,
                holds: !alarm.ended,
                acknowledged: alarm.acknowledged,
                value: alarm.value / 1000,
              },
            ]
          : [],
      )
      .sort((a, b) => order.indexOf(a.rule.priority) - order.indexOf(b.rule.priority) || b.since - a.since)
  }

  /** The rhythm that annotations name: of the most urgent alarm that holds and has one, else normal. */
  rhythm(): string {
    return this.active().find(({ holds, rule }) => holds && rule.rhythm)?.rule.rhythm ?? '(N'
  }

  /** Somebody has seen the alarms: latched ones that have ended go. Returns how many it were. */
  acknowledge(at: number): number {
    const waiting = this.states.filter(({ alarm }) => alarm && !alarm.acknowledged)
    for (const state of waiting) {
      state.alarm!.acknowledged = true
      this.write('acknowledged', at, state.alarm!.value, state.rule)
      if (state.alarm!.ended) state.alarm = undefined
    }
    return waiting.length
  }

  private tell(at: number, hear: (condition: Condition) => number | undefined): void {
    for (const state of this.states) {
      if (this.suspended && state.rule.when.kind !== 'unclassifiable') continue
      for (const condition of state.conditions) {
        const value = hear(condition)
        if (value !== undefined) this.hold(state, at, value)
      }
    }
  }

  private hold(state: State, at: number, value: number): void {
    const { alarm, rule } = state
    if (alarm && !alarm.ended) {
      alarm.last = at
      alarm.value = value
      return
    }
    if (this.standsBack(rule, at)) return
    state.alarm = { since: at, last: at, value, acknowledged: false, ended: false }
    this.write(rule.priority === 'low' ? 'notice' : 'alarm', at, value, rule)
  }

  /** Whether another rule's alarm already says what is going on. */
  private standsBack({ notDuring }: Rule, at: number): boolean {
    if (!notDuring || !this.hasWaves) return false
    const since = at - inSamples(notDuring.seconds)
    return this.states.some(
      ({ rule, alarm }) => alarm && !alarm.ended && alarm.last >= since && notDuring.rules.includes(rule.id),
    )
  }

  /** Ends alarms whose condition has not held for a while. */
  private settle(at: number): void {
    for (const state of this.states) {
      const { alarm, rule } = state
      if (!alarm || alarm.ended || at - alarm.last < QUIET) continue
      alarm.ended = true
      this.write('end', at, secondsOf(alarm.last - alarm.since), rule)
      if (!rule.latching || alarm.acknowledged) state.alarm = undefined
    }
  }

  private suspend(at: number, classifiable: boolean): void {
    if (classifiable) {
      if (this.suspended) this.write('resumed', at, secondsOf(at - this.poorSince!))
      this.suspended = false
      this.poorSince = undefined
      return
    }
    this.poorSince ??= at
    this.forget()
    if (this.suspended || at - this.poorSince < SUSPENDED) return
    this.suspended = true
    this.write('suspended', at, 0)
  }

  private forget(): void {
    for (const { conditions } of this.states) for (const condition of conditions) condition.forget()
  }

  /** `value` in thousandths. */
  private write(kind: MonitorEvent['kind'], at: number, value: number, rule?: Rule): void {
    this.emit({
      time: secondsOf(at) / 1000,
      kind,
      priority: rule?.priority ?? 'none',
      value: value / 1000,
      rule: rule?.id ?? '',
    })
  }
}

function conditionOf(when: When): Condition {
  return (conditions[when.kind] as (when: When) => Condition)(when)
}
