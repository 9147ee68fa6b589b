import type { MonitorEvent } from './alarms.ts'

/** An alarm or notice from its raising to when its condition last held; seconds. */
export interface RaisedFor {
  readonly rule: string
  readonly priority: MonitorEvent['priority']
  readonly from: number
  readonly to: number
  readonly value: number
}

/** Keeps the events of a recording, and pairs alarms with their ends. */
export class MonitorEvents {
  readonly list: MonitorEvent[] = []

  take(event: MonitorEvent): void {
    this.list.push(event)
  }

  /** Returns the alarms and notices in the order in which they were raised; those that still hold end at `end`. */
  alarms(end: number): RaisedFor[] {
    const raised: { -readonly [K in keyof RaisedFor]: RaisedFor[K] }[] = []
    const open = new Map<string, (typeof raised)[number]>()
    for (const { kind, time, rule, priority, value } of this.list) {
      if (kind === 'alarm' || kind === 'notice') {
        const alarm = { rule, priority, from: time, to: end, value }
        raised.push(alarm)
        open.set(rule, alarm)
      } else if (kind === 'end') {
        // The value of an end is how long the condition held.
        const alarm = open.get(rule)
        if (alarm) alarm.to = alarm.from + value
        open.delete(rule)
      }
    }
    return raised
  }
}
