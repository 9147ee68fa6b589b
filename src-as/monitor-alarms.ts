// Watches the table of rules. Twin of src-ts/monitor/alarms.ts, but for acknowledging: a device's host does that.

import { Condition, NONE, RATE_HZ, secondsOf } from "./monitor-condition";
import { conditionOf, UNCLASSIFIABLE } from "./monitor-conditions";
import { ALARM, END, Events, RESUMED, SUSPENDED } from "./monitor-events";
import { RULE, RULES, TAP_COUNT, tabled, TAPS } from "./monitor-table";

const QUIET: i64 = 10 * RATE_HZ;
const LEAST_SUSPENSION: i64 = RATE_HZ;

class State {
  condition: Condition;
  kind: i32;
  holds: bool = false;
  since: i64 = 0;
  last: i64 = 0;

  constructor(kind: i32, condition: Condition) {
    this.kind = kind;
    this.condition = condition;
  }
}

export class Alarms {
  private states: StaticArray<State> = new StaticArray<State>(<i32>tabled(RULES));
  private events: Events;
  private poorSince: i64 = NONE;
  private suspended: bool = false;

  constructor(events: Events) {
    this.events = events;
    for (let i = 0; i < this.states.length; i++) {
      const place = TAPS + <i32>tabled(TAP_COUNT) + RULE * i;
      this.states[i] = new State(<i32>tabled(place), conditionOf(place));
    }
  }

  found(pre: i64, at: i64): void {
    for (let i = 0; i < this.states.length; i++)
      if (this.listens(i)) this.hold(i, at, this.states[i].condition.found(pre));
  }

  labelled(sample: i64, label: i32, certainty: i64, pre: i64, at: i64): void {
    for (let i = 0; i < this.states.length; i++)
      if (this.listens(i)) this.hold(i, at, this.states[i].condition.labelled(sample, label, certainty, pre));
  }

  /** `leakage` is NONE where there is no flutter index. */
  moment(at: i64, lastPeak: i64, classifiable: bool, leakage: i64, ratePerMinute: i64): void {
    this.suspend(at, classifiable);
    for (let i = 0; i < this.states.length; i++) {
      if (!this.listens(i)) continue;
      this.hold(i, at, this.states[i].condition.moment(at, lastPeak, classifiable, leakage, ratePerMinute));
    }
    for (let i = 0; i < this.states.length; i++) this.settle(i, at);
  }

  forget(): void {
    for (let i = 0; i < this.states.length; i++) this.states[i].condition.forget();
  }

  private listens(rule: i32): bool {
    return !this.suspended || this.states[rule].kind == UNCLASSIFIABLE;
  }

  private hold(rule: i32, at: i64, value: i64): void {
    if (value == NONE) return;
    const state = this.states[rule];
    state.last = at;
    if (state.holds) return;
    state.holds = true;
    state.since = at;
    this.events.add(ALARM, rule, at, at, value, 0);
  }

  private settle(rule: i32, at: i64): void {
    const state = this.states[rule];
    if (!state.holds || at - state.last < QUIET) return;
    state.holds = false;
    this.events.add(END, rule, at, at, secondsOf(state.last - state.since), 0);
  }

  private suspend(at: i64, classifiable: bool): void {
    if (classifiable) {
      if (this.suspended) this.events.add(RESUMED, 0, at, at, secondsOf(at - this.poorSince), 0);
      this.suspended = false;
      this.poorSince = NONE;
      return;
    }
    if (this.poorSince == NONE) this.poorSince = at;
    this.forget();
    if (this.suspended || at - this.poorSince < LEAST_SUSPENSION) return;
    this.suspended = true;
    this.events.add(SUSPENDED, 0, at, at, 0, 0);
  }
}
