// Watches the table of rules. Twin of src-ts/monitor/alarms.ts, but for acknowledging: a device's host does that.

import { Condition, NONE, RATE_HZ, secondsOf } from "./monitor-condition";
import { conditionOf, UNCLASSIFIABLE } from "./monitor-conditions";
import { ALARM, END, Events, RESUMED, SUSPENDED } from "./monitor-events";
import { Likeness } from "./monitor-likeness";
import { MOST_NOT_DURING, TAP_COUNT, tabled, TAPS, WITNESS, WITNESSES } from "./monitor-table";

const QUIET: i64 = 10 * RATE_HZ;
const LEAST_SUSPENSION: i64 = RATE_HZ;

class State {
  holds: bool = false;
  since: i64 = 0;
  last: i64 = 0;
}

class Witness {
  rule: i32;
  kind: i32;
  condition: Condition;

  constructor(place: i32) {
    this.rule = <i32>tabled(place);
    const kind = place + 2 + MOST_NOT_DURING;
    this.kind = <i32>tabled(kind);
    this.condition = conditionOf(kind);
  }
}

/** Where the words of a witness begin. */
function witnessAt(i: i32): i32 {
  return TAPS + <i32>tabled(TAP_COUNT) + WITNESS * i;
}

export class Alarms {
  private witnesses: StaticArray<Witness> = new StaticArray<Witness>(<i32>tabled(WITNESSES));
  private states: StaticArray<State> = new StaticArray<State>(<i32>tabled(witnessAt(<i32>tabled(WITNESSES) - 1)) + 1);
  private events: Events;
  private poorSince: i64 = NONE;
  private suspended: bool = false;
  /** Whether the signal of the last four seconds was large enough for a flutter index. */
  private hasWaves: bool = false;

  constructor(events: Events) {
    this.events = events;
    for (let i = 0; i < this.witnesses.length; i++) this.witnesses[i] = new Witness(witnessAt(i));
    for (let i = 0; i < this.states.length; i++) this.states[i] = new State();
  }

  found(pre: i64, doubtful: bool, at: i64): void {
    for (let i = 0; i < this.witnesses.length; i++)
      if (this.listens(i)) this.hold(i, at, this.witnesses[i].condition.found(pre, doubtful));
  }

  labelled(sample: i64, label: i32, certainty: i64, pre: i64, likeness: Likeness, at: i64): void {
    for (let i = 0; i < this.witnesses.length; i++) {
      if (!this.listens(i)) continue;
      this.hold(i, at, this.witnesses[i].condition.labelled(sample, label, certainty, pre, likeness));
    }
  }

  /** `leakage` is NONE where there is no flutter index. */
  moment(at: i64, lastPeak: i64, classifiable: bool, leakage: i64, ratePerMinute: i64, lost: bool): void {
    this.suspend(at, classifiable);
    this.hasWaves = leakage != NONE;
    for (let i = 0; i < this.witnesses.length; i++) {
      if (!this.listens(i)) continue;
      this.hold(i, at, this.witnesses[i].condition.moment(at, lastPeak, classifiable, leakage, ratePerMinute, lost));
    }
    for (let i = 0; i < this.states.length; i++) this.settle(i, at);
  }

  forget(): void {
    for (let i = 0; i < this.witnesses.length; i++) this.witnesses[i].condition.forget();
  }

  private listens(witness: i32): bool {
    return !this.suspended || this.witnesses[witness].kind == UNCLASSIFIABLE;
  }

  private hold(witness: i32, at: i64, value: i64): void {
    if (value == NONE) return;
    const rule = this.witnesses[witness].rule, state = this.states[rule];
    if (!state.holds && this.standsBack(witness, at)) return;
    state.last = at;
    if (state.holds) return;
    state.holds = true;
    state.since = at;
    this.events.add(ALARM, rule, at, at, value, 0);
  }

  /** Whether another rule's alarm already says what is going on. */
  private standsBack(witness: i32, at: i64): bool {
    if (!this.hasWaves) return false;
    const place = witnessAt(witness) + 1;
    const since = at - tabled(place);
    for (let i = 0; i < MOST_NOT_DURING; i++) {
      const other = <i32>tabled(place + 1 + i);
      if (other >= 0 && this.states[other].holds && this.states[other].last >= since) return true;
    }
    return false;
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
