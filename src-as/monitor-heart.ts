// The whole analysis of a recording. Twin of src-ts/monitor/monitor.ts without the 12-lead network.

import { Alarms } from "./monitor-alarms";
import { IntegerBeatStream } from "./monitor-beat";
import { NONE, RATE_HZ, secondsOf } from "./monitor-condition";
import { BEAT, Events, GAP, PROVISIONAL } from "./monitor-events";
import { FlutterIndex } from "./monitor-flutter";
import { Lead, MISSING } from "./monitor-lead";
import { BeatNetwork } from "./monitor-network";
import { LABELS, LEADS, MAIN, SECOND, tabled } from "./monitor-table";

const WINDOW_END: i64 = 177;
const APART: i64 = 54;
const PROVISIONAL_AFTER: i64 = 540;
const FINDING: i64 = 108;
const DOUBTFUL: i64 = 198;
const RECENT: i32 = 8;
const CLEARER_HOPS: i32 = 8;
const SILENT: i64 = 3 * RATE_HZ;
const SHORTEST_GAP: i64 = RATE_HZ / 4;
const HOP: i64 = 90;
/** Verdicts that matter here. */
const GOOD: i32 = 0, NOISY: i32 = 5;
/** Beats wait less than a window and the longest wait; they lie 54 samples apart. */
const WAITING: i32 = 32;

class Waiting {
  sample: i64 = 0;
  pre: i64 = NONE;
  usable: bool = false;
  described: bool = false;
  provisional: bool = false;
}

export class Monitor {
  private leads: StaticArray<Lead> = new StaticArray<Lead>(<i32>tabled(LEADS));
  private recent: StaticArray<i64> = new StaticArray<i64>(RECENT * <i32>tabled(LEADS));
  private heard: StaticArray<i32> = new StaticArray<i32>(<i32>tabled(LEADS));
  private main: i32 = <i32>tabled(MAIN);
  private second: i32 = <i32>tabled(SECOND);
  private flutter: FlutterIndex = new FlutterIndex();
  private stream: IntegerBeatStream = new IntegerBeatStream();
  private network: BeatNetwork = new BeatNetwork();
  private events: Events;
  private alarms: Alarms;
  private waiting: StaticArray<Waiting> = new StaticArray<Waiting>(WAITING);
  private first: i32 = 0;
  private count: i32 = 0;
  private speaking: i32 = 0;
  private clearerHops: i32 = 0;
  private lastPeak: i64 = NONE;
  private poorAt: i64 = -1;
  private missingSince: i64 = NONE;
  private samples: i64 = 0;

  constructor(events: Events) {
    this.events = events;
    this.alarms = new Alarms(events);
    for (let i = 0; i < this.leads.length; i++) this.leads[i] = new Lead();
    for (let i = 0; i < WAITING; i++) this.waiting[i] = new Waiting();
  }

  /** Takes one sample of every lead, int32 microvolts from `frame` on. */
  next(frame: usize): void {
    let present = false;
    for (let i = 0; i < this.leads.length; i++) {
      const value = load<i32>(frame + (<usize>i << 2));
      if (value != MISSING) present = true;
      this.leads[i].next(value);
    }
    this.noteGap(present);
    while (this.samples < this.leads[0].samples) this.step(this.samples++);
  }

  private step(now: i64): void {
    for (let i = 0; i < this.leads.length; i++) {
      const beats = this.leads[i].takeBeats();
      for (let k = 0; k < beats; k++) {
        const beat = this.leads[i].beats[k];
        this.keep(i, beat);
        if (i == this.speaking) this.hear(beat, now);
      }
    }
    if (this.count > 0) this.label(now);
    if (now % 3 == 0) this.flutter.next(this.leads[this.speaking].at(now));
    if (now % HOP == HOP - 1) this.look(now);
  }

  /** Remembers the last beats of a lead, the oldest first. */
  private keep(lead: i32, beat: i64): void {
    const from = lead * RECENT, count = this.heard[lead];
    if (count == RECENT) for (let i = from + 1; i < from + RECENT; i++) this.recent[i - 1] = this.recent[i];
    else this.heard[lead] = count + 1;
    this.recent[from + this.heard[lead] - 1] = beat;
  }

  private hear(beat: i64, now: i64): void {
    const main = this.leads[this.main], speaking = this.leads[this.speaking], lastPeak = this.lastPeak;
    const other = main.verdict == GOOD && this.main != this.speaking;
    const sample = other ? main.peakNear(beat) : beat;
    if (lastPeak != NONE && sample - lastPeak <= APART) return;
    if (this.missingSince != NONE && sample >= this.missingSince) return;
    const verdict = speaking.verdict;
    if (verdict != GOOD && verdict != NOISY) return;
    const pre = lastPeak == NONE || this.poorAt > lastPeak ? NONE : sample - lastPeak;
    this.lastPeak = sample;
    const waiting = this.waiting[(this.first + this.count) % WAITING];
    waiting.sample = sample;
    waiting.pre = pre;
    waiting.usable = verdict == GOOD && (main.verdict == GOOD || this.leads[this.second].verdict == GOOD);
    waiting.described = waiting.provisional = false;
    this.count++;
    this.alarms.found(pre, speaking.isDoubtful(beat), now);
  }

  private label(now: i64): void {
    while (this.count > 0) {
      const beat = this.waiting[this.first];
      if (now - beat.sample <= WINDOW_END) return;
      this.describe(beat);
      if (this.count > 1) this.finish(this.follower(), now);
      else {
        const waited = now - beat.sample;
        if (!beat.provisional && waited >= this.patience(beat.sample)) {
          this.say(beat, waited, PROVISIONAL, now);
          beat.provisional = true;
        }
        return;
      }
    }
  }

  private follower(): i64 {
    return this.count > 1 ? this.waiting[(this.first + 1) % WAITING].sample : NONE;
  }

  private patience(beat: i64): i64 {
    const speaking = this.leads[this.speaking], overlooked = speaking.overlooked;
    const usual = (6 * speaking.interval) / 5 + FINDING;
    const doubtful = overlooked == i64.MAX_VALUE ? usual : overlooked - beat + DOUBTFUL;
    return min(PROVISIONAL_AFTER, max(WINDOW_END + 1, min(usual, doubtful)));
  }

  private describe(beat: Waiting): void {
    if (beat.described || !beat.usable) return;
    const main = this.leads[this.main], second = this.leads[this.second];
    // Beside a good lead even noise says something; a line that is no signal says nothing.
    const hasMain = main.verdict == GOOD, hasSecond = second.verdict == GOOD || (hasMain && second.verdict == NOISY);
    if (!hasMain && !hasSecond) return;
    this.stream.next(main, second, beat.sample, beat.pre == NONE ? 0 : beat.pre, hasMain, hasSecond);
    beat.described = true;
  }

  private finish(next: i64, now: i64): void {
    const beat = this.waiting[this.first];
    this.first = (this.first + 1) % WAITING;
    this.count--;
    const alone = beat.pre == NONE ? RATE_HZ : beat.pre;
    this.say(beat, next == NONE ? alone : next - beat.sample, BEAT, now);
  }

  private say(beat: Waiting, post: i64, kind: i32, now: i64): void {
    const network = this.network;
    if (beat.described) network.classify(this.stream, post);
    // Q: the signal is too poor to tell.
    const label = beat.described ? network.label : <i32>tabled(LABELS);
    const certainty: i64 = beat.described ? network.certainty : 0;
    this.events.add(kind, label, now, beat.sample, beat.pre == NONE ? 0 : beat.pre, certainty);
    if (kind != BEAT) return;
    const likeness = this.stream.likeness;
    likeness.known = beat.described;
    this.alarms.labelled(beat.sample, label, certainty, beat.pre, likeness, now);
  }

  private closeBeats(): void {
    while (this.count > 0) {
      const beat = this.waiting[this.first];
      if (this.samples - beat.sample > WINDOW_END) this.describe(beat);
      this.finish(this.follower(), this.samples);
    }
    this.lastPeak = NONE;
    this.heard.fill(0);
  }

  private noteGap(present: bool): void {
    if (!present) {
      if (this.missingSince == NONE) this.missingSince = this.samples;
      if (this.samples - this.missingSince == SHORTEST_GAP) this.closeBeats();
    } else if (this.missingSince != NONE) {
      const lasted = this.samples - this.missingSince;
      if (lasted >= SHORTEST_GAP) {
        this.closeBeats();
        this.events.add(GAP, 0, this.samples, this.missingSince, secondsOf(lasted), 0);
        this.alarms.forget();
        for (let i = 0; i < this.leads.length; i++) this.leads[i].skip(0);
      }
      this.missingSince = NONE;
    }
  }

  private look(at: i64): void {
    this.choose(at);
    const classifiable = this.leads[this.speaking].verdict == GOOD;
    if (!classifiable) this.poorAt = at;
    let signal = false, lost = false;
    for (let i = 0; i < this.leads.length; i++) {
      if (this.leads[i].verdict == GOOD || this.leads[i].verdict == NOISY) signal = true;
      else lost = true;
    }
    if (!signal) this.closeBeats();
    const flutter = this.flutter, leakage = flutter.read(classifiable) ? flutter.leakage : NONE;
    this.alarms.moment(at, this.lastPeak, classifiable, leakage, flutter.ratePerMinute, lost);
  }

  private choose(now: i64): void {
    const leads = this.leads, current = leads[this.speaking];
    let best = -1;
    for (let i = 0; i < leads.length; i++)
      if (leads[i].verdict == GOOD && (best < 0 || leads[i].clarity > leads[best].clarity)) best = i;
    if (best < 0) return;
    const clearer = 2 * leads[best].clarity > 3 * current.clarity;
    this.clearerHops = clearer ? this.clearerHops + 1 : 0;
    if (current.verdict != GOOD || this.clearerHops >= CLEARER_HOPS) this.listenTo(best, now);
    else {
      for (let i = 0; i < leads.length; i++) {
        if (i == this.speaking || leads[i].verdict != GOOD || !this.hearsMore(i, now)) continue;
        this.listenTo(i, now);
        return;
      }
    }
  }

  private hearsMore(lead: i32, now: i64): bool {
    const since = this.lastPeak == NONE ? now : this.lastPeak;
    if (now - since <= SILENT) return false;
    let later = 0;
    for (let i = 0; i < this.heard[lead]; i++) if (this.recent[lead * RECENT + i] > since + APART) later++;
    return later >= 2;
  }

  private listenTo(lead: i32, now: i64): void {
    if (lead == this.speaking) return;
    this.speaking = lead;
    this.clearerHops = 0;
    for (let i = 0; i < this.heard[lead]; i++) this.hear(this.recent[lead * RECENT + i], now);
  }
}
