import type { BeatNetwork, Classified } from './beat-network.ts'
import { FlutterIndex } from './flutter-index.ts'
import { type IntegerBeat, IntegerBeatStream, WINDOW_END } from './integer-beat.ts'
import { RATE_HZ } from './integer-qrs.ts'
import { Lead, MISSING } from './lead.ts'
import type { LabelledBeat, Observation } from './observations.ts'
import { HOP } from './quality-index.ts'
import type { WindowNetwork } from './window-network.ts'

/** R peaks lie at least so many samples apart, also where another lead takes over; the complexes of a fast run may lie nearer than their detections. */
const APART = 54
/** The class of a beat that the signal is too poor for. */
const UNREADABLE: Classified = { label: 'Q', certainty: 0 }
/** A beat without a successor gets a provisional label after 1.5 s. */
const PROVISIONAL = 1.5 * RATE_HZ
/** And sooner where the next beat is overdue: after six fifths of the usual interval, and what it takes to find a beat. */
const OVERDUE = [6, 5] as const
const FINDING = 0.3 * RATE_HZ
/** And so soon after what may be a beat that was overlooked: the second look takes longer than a label may. */
const DOUBTFUL = (11 * RATE_HZ) / 20
/** Beats of a lead that are looked at again when it takes over. */
const RECENT = 8
/** Another lead takes over when beats have stood out more clearly in it, by half, for two seconds. */
const CLEARER = [3, 2] as const
const CLEARER_HOPS = 8
/** A lead that has found no beat for so long may have lost them. */
const SILENT = 3 * RATE_HZ
/** A gap is longer than this: single missing samples are bridged. */
const GAP = RATE_HZ / 4

export interface MonitorOptions {
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  /** Mains to take out. */
  readonly notchHz?: 50 | 60
  readonly beats: BeatNetwork
  /** The 12-lead network, asked where all its leads are there. */
  readonly windows?: WindowNetwork
}

/** The leads that beats are classified by: MLII or II, else the first, and one more. */
export function leadsToClassify(names: readonly string[]): readonly [number, number] {
  const main = Math.max(
    0,
    names.findIndex(name => /^(ML)?II$/i.test(name)),
  )
  return [main, names.length < 2 ? main : main === 0 ? 1 : 0]
}

/** A beat whose label is not final. */
interface Waiting {
  readonly sample: number
  readonly pre: number | undefined
  readonly usable: boolean
  described?: IntegerBeat
  provisional: boolean
}

/**
 * The whole analysis of a recording: samples in, observations out, in integers. Beats are looked for in every lead; the clearest of the
 * usable ones speaks. Each beat is classified by the first lead that is named MLII or II, else the first, and one more; by one of them
 * where the other is too poor.
 */
export class Monitor {
  readonly leads: readonly Lead[]
  private readonly options: MonitorOptions
  private readonly emit: (observation: Observation) => void
  private readonly recent: number[][]
  /** The leads that beats are classified by. */
  private readonly shown: readonly [number, number]
  private readonly windowOf: readonly ((sample: number) => (offset: number) => number)[]
  private readonly flutter: FlutterIndex
  private stream = new IntegerBeatStream()
  private readonly waiting: Waiting[] = []
  private speaking = 0
  private clearerHops = 0
  private lastPeak: number | undefined
  /** The last moment at which the signal was not classifiable. */
  private poorAt = -1
  private skipped = false
  private missingSince: number | undefined
  private samples = 0

  constructor(options: MonitorOptions, emit: (observation: Observation) => void) {
    this.options = options
    this.emit = emit
    this.leads = options.leads.map(name => new Lead(name, options.sampleRateHz, options.notchHz))
    this.recent = this.leads.map(() => [])
    this.shown = leadsToClassify(options.leads)
    this.windowOf = this.shown.map(i => sample => offset => this.leads[i].at(sample + offset))
    this.flutter = new FlutterIndex()
  }

  /** Samples at 360 Hz that have been analysed, or are known to be lost. */
  get now(): number {
    return this.samples
  }

  /** Lets the recording's time begin at a sample: what was before it has been seen by somebody else. */
  beginAt(sample: number): void {
    for (const lead of this.leads) lead.skip(sample)
    this.samples += sample
  }

  /** Seconds from an instant to when the monitor can know of it, before any analysis. */
  get delaySeconds(): number {
    return this.leads[0].delaySeconds
  }

  /** Takes one sample of every lead, in whole microvolts, MISSING where there is none; from `at` on in `frame`. */
  next(frame: Int32Array, at = 0): void {
    const { leads } = this
    let present = false
    for (let i = 0; i < leads.length; i++) {
      const value = frame[at + i]
      if (value !== MISSING) present = true
      leads[i].next(value)
    }
    this.options.windows?.next(frame, at)
    this.noteGap(present)
    // An output rate above the input's gives several samples at once.
    while (this.samples < leads[0].samples) this.step(this.samples++)
  }

  /** Goes on after `samples` (at 360 Hz) that never came. Gaps that follow each other are one. */
  skip(samples: number): void {
    this.missingSince ??= this.samples
    this.skipped = true
    this.closeBeats()
    for (const lead of this.leads) lead.skip(samples)
    this.options.windows?.restart()
    this.samples += samples
    const at = this.samples
    this.poorAt = at
    const verdicts = this.leads.map(() => 'missing' as const)
    this.emit({ kind: 'moment', at, lastPeak: undefined, classifiable: false, verdicts, flutter: undefined })
  }

  /** Gives the beats that still wait their labels, at the end of the recording. */
  end(): void {
    this.noteGap(true)
    this.closeBeats()
  }

  private step(now: number): void {
    for (let i = 0; i < this.leads.length; i++) {
      for (const beat of this.leads[i].takeBeats()) {
        const recent = this.recent[i]
        recent.push(beat)
        if (recent.length > RECENT) recent.shift()
        if (i === this.speaking) this.hear(beat, now)
      }
    }
    if (this.waiting.length > 0) this.label(now)
    if (now % 3 === 0) this.flutter.next(this.leads[this.speaking].at(now))
    if (now % HOP === HOP - 1) this.look(now)
  }

  private hear(beat: number, now: number): void {
    const { lastPeak } = this
    // Beats are classified by this lead: their peaks are its own, whichever lead they were found in.
    const main = this.leads[this.shown[0]]
    const sample = main.verdict === 'good' && this.shown[0] !== this.speaking ? main.peakNear(beat) : beat
    if (lastPeak !== undefined && sample - lastPeak <= APART) return
    if (this.missingSince !== undefined && sample >= this.missingSince) return
    const { verdict } = this.leads[this.speaking]
    // A line that is no signal has no beats; in noise there may be some.
    if (verdict !== 'good' && verdict !== 'noise') return
    // An interval over a poor stretch may hide beats.
    const pre = lastPeak === undefined || this.poorAt > lastPeak ? undefined : sample - lastPeak
    this.lastPeak = sample
    const usable = verdict === 'good' && this.shown.some(i => this.leads[i].verdict === 'good')
    this.waiting.push({ sample, pre, usable, provisional: false })
    const doubtful = this.leads[this.speaking].isDoubtful(beat)
    this.emit({ kind: 'found', sample, pre, doubtful, at: now })
  }

  /** Labels what can be labelled: the window and the next beat are there, or none came for so long. */
  private label(now: number): void {
    while (this.waiting.length > 0) {
      const [beat, next] = this.waiting
      if (now - beat.sample <= WINDOW_END) return
      this.describe(beat)
      if (next) this.finish(next.sample, now)
      else {
        const waited = now - beat.sample
        if (!beat.provisional && waited >= this.patience(beat.sample)) {
          this.emit(this.labelled(beat, waited, { provisional: true, next: undefined, at: now }))
          beat.provisional = true
        }
        return
      }
    }
  }

  /** Samples to wait for the next beat before a label is given without it. */
  private patience(beat: number): number {
    const { interval, overlooked } = this.leads[this.speaking]
    const usual = Math.floor((OVERDUE[0] * interval) / OVERDUE[1]) + FINDING
    const doubtful = overlooked === undefined ? usual : overlooked - beat + DOUBTFUL
    return Math.min(PROVISIONAL, Math.max(WINDOW_END + 1, Math.min(usual, doubtful)))
  }

  private describe(beat: Waiting): void {
    if (beat.described || !beat.usable) return
    const [main, second] = this.shown.map(i => this.leads[i].verdict)
    // Beside a good lead even noise says something; a line that is no signal says nothing.
    const readable = [main === 'good', second === 'good' || (main === 'good' && second === 'noise')]
    if (!readable.includes(true)) return
    beat.described = this.stream.next(
      this.windowOf.map((window, i) => (readable[i] ? window(beat.sample) : undefined)),
      beat.pre,
    )
  }

  private finish(next: number | undefined, now: number): void {
    const beat = this.waiting.shift()!
    const post = next === undefined ? (beat.pre ?? RATE_HZ) : next - beat.sample
    this.emit(this.labelled(beat, post, { provisional: false, next, at: now }))
  }

  private labelled(beat: Waiting, post: number, rest: Pick<LabelledBeat, 'provisional' | 'next' | 'at'>): LabelledBeat {
    const classified = beat.described ? this.options.beats.classify(beat.described, post) : UNREADABLE
    return {
      kind: 'beat',
      sample: beat.sample,
      ...classified,
      pre: beat.pre,
      likeness: beat.described?.likeness,
      ...rest,
    }
  }

  /** Gives what waits its label, where nothing can come behind it. */
  private closeBeats(): void {
    while (this.waiting.length > 0) {
      const [beat, next] = this.waiting
      if (this.samples - beat.sample > WINDOW_END) this.describe(beat)
      this.finish(next?.sample, this.samples)
    }
    this.lastPeak = undefined
    for (const beats of this.recent) beats.length = 0
  }

  /** Marks where samples are missing in all leads; a gap of a quarter of a second ends the rhythm before it. */
  private noteGap(present: boolean): void {
    if (!present) {
      this.missingSince ??= this.samples
      if (this.samples - this.missingSince === GAP) this.closeBeats()
    } else if (this.missingSince !== undefined) {
      if (this.skipped || this.samples - this.missingSince >= GAP) {
        this.closeBeats()
        this.emit({ kind: 'gap', from: this.missingSince, to: this.samples })
        for (const lead of this.leads) lead.skip(0)
      }
      this.missingSince = undefined
      this.skipped = false
    }
  }

  /** Four times a second: which lead speaks, and how things stand. */
  private look(at: number): void {
    this.choose(at)
    const speaking = this.leads[this.speaking]
    const classifiable = speaking.verdict === 'good'
    const verdicts = this.leads.map(lead => lead.verdict)
    if (!classifiable) this.poorAt = at
    if (!verdicts.some(verdict => verdict === 'good' || verdict === 'noise')) this.closeBeats()
    const { lastPeak } = this
    this.emit({ kind: 'moment', at, lastPeak, classifiable, verdicts, flutter: this.flutter.read(classifiable) })
    const { windows } = this.options
    if (windows?.due(at)) this.emit({ kind: 'finding', at, labels: windows.classify(verdicts, at) })
  }

  private choose(now: number): void {
    const { leads } = this
    const usable = leads.flatMap((lead, i) => (lead.verdict === 'good' ? [i] : []))
    if (usable.length === 0) return
    const best = usable.reduce((a, b) => (leads[b].clarity > leads[a].clarity ? b : a))
    const current = leads[this.speaking]
    const clearer = CLEARER[1] * leads[best].clarity > CLEARER[0] * current.clarity
    this.clearerHops = clearer ? this.clearerHops + 1 : 0
    const better = current.verdict !== 'good' || this.clearerHops >= CLEARER_HOPS ? best : undefined
    const next = better ?? usable.find(i => i !== this.speaking && this.hearsMore(i, now))
    if (next !== undefined) this.listenTo(next, now)
  }

  /** Whether a lead has found beats since the one that speaks fell silent. */
  private hearsMore(lead: number, now: number): boolean {
    const since = this.lastPeak ?? now
    return now - since > SILENT && this.recent[lead].filter(beat => beat > since + APART).length >= 2
  }

  private listenTo(lead: number, now: number): void {
    if (lead === this.speaking) return
    this.speaking = lead
    this.clearerHops = 0
    for (const beat of this.recent[lead]) this.hear(beat, now)
  }
}
