import { beatClass } from '../ecg/beats/beat-classes.ts'
import { flutterSpans, MIT_BIH_RATE_HZ, type MitBihRecord, type Span } from '../ecg/datasets/mit-bih.ts'

/** What annotations say of each alarm rule: the stretches in which it is right, in samples at 360 Hz. */
export type Truth = ReadonlyMap<string, readonly Span[]>

/** How a rule did on one record, or on several together. */
export interface AlarmCounts {
  /** Episodes that annotations name. */
  readonly episodes: number
  readonly missed: number
  readonly alarms: number
  /** Alarms in whose neighbourhood no annotation bears them out. */
  readonly falseAlarms: number
}

/** An alarm from its raising to its end. */
export interface RaisedAlarm {
  readonly rule: string
  readonly from: number
  readonly to: number
}

/** An alarm may come so much later than the episode ends, and so much before its first annotated beat. */
const AFTER = 10 * MIT_BIH_RATE_HZ
const BEFORE = 1 * MIT_BIH_RATE_HZ
/** Rules that stand for one another: what one of them says of a ventricular tachyarrhythmia is no false alarm of another. */
const VENTRICULAR = [
  'ventricular-tachycardia',
  'ventricular-fibrillation',
  'extreme-tachycardia',
  'ventricular-run',
] as const
/** The rules of which a patient may die. */
export const HIGH_PRIORITY = [
  'asystole',
  'extreme-bradycardia',
  'extreme-tachycardia',
  'ventricular-tachycardia',
  'ventricular-fibrillation',
] as const

/** Rhythms of MIT-BIH's annotations, and the rules that are there for them. */
export const RHYTHM_RULES: Readonly<Record<string, string>> = {
  AFIB: 'irregular-rhythm',
  AFL: 'irregular-rhythm',
  B: 'bigeminy',
  T: 'trigeminy',
  IVR: 'idioventricular-rhythm',
  VT: 'ventricular-tachycardia',
  VFL: 'ventricular-fibrillation',
}
/** A rule cannot hold before its window is full. */
const LONG = 30 * MIT_BIH_RATE_HZ

/** How episodes of one annotated rhythm were found. */
export interface RhythmCounts {
  readonly episodes: number
  readonly missed: number
  /** Of those that last half a minute and more. */
  readonly long: number
  readonly longMissed: number
}

/** Counts the episodes of each rhythm of RHYTHM_RULES that annotations name, and those that its rule, or one of the same kind, missed. */
export function countRhythms(
  record: Pick<MitBihRecord, 'annotations'>,
  alarms: readonly RaisedAlarm[],
): Record<string, RhythmCounts> {
  const rhythms = rhythmSpans(record)
  return Object.fromEntries(
    Object.entries(RHYTHM_RULES).map(([name, rule]) => {
      const spans = rhythms.filter(each => each.name === `(${name}`)
      const missed = spans.filter(span => !alarms.some(alarm => kinOf(rule).includes(alarm.rule) && meets(span, alarm)))
      const isLong = ({ from, to }: Span) => to - from >= LONG
      return [
        name,
        {
          episodes: spans.length,
          missed: missed.length,
          long: spans.filter(isLong).length,
          longMissed: missed.filter(isLong).length,
        },
      ]
    }),
  )
}

/** Returns the stretches between rhythm annotations with their names: "(VT". */
function rhythmSpans({ annotations }: Pick<MitBihRecord, 'annotations'>) {
  return annotations
    .filter(({ symbol }) => symbol === '+')
    .map(({ sample, aux }, i, all) => ({
      from: sample,
      to: (all[i + 1]?.sample ?? annotations[annotations.length - 1].sample) - 1,
      name: aux.replace(/\0+$/, ''),
    }))
}

/**
 * Returns the truth of a record: rhythm annotations for VT, flutter, IVR, bigeminy, trigeminy, and atrial fibrillation and flutter; beat
 * annotations for pauses, rates, counts and runs of ventricular beats, by the numbers of the default rules.
 */
export function alarmTruth({ annotations }: Pick<MitBihRecord, 'annotations'>): Truth {
  const rhythms = rhythmSpans({ annotations })
  const named = (...names: string[]) => rhythms.filter(({ name }) => names.includes(name))
  const flutter = flutterSpans(annotations)
  const beats = annotations.filter(({ symbol }) => beatClass(symbol, 'ml') !== undefined)
  const inFlutter = (sample: number) => flutter.some(({ from, to }) => sample >= from && sample <= to)
  const pairs = beats.slice(1).flatMap((beat, i) => {
    const pair = { from: beats[i].sample, to: beat.sample }
    return flutter.some(({ from, to }) => from < pair.to && to > pair.from) ? [] : [pair]
  })
  const longer = (seconds: number) => pairs.filter(({ from, to }) => to - from > seconds * MIT_BIH_RATE_HZ)
  const ventricular = beats.filter(({ symbol }) => beatClass(symbol, 'ml') === 2)
  return new Map<string, readonly Span[]>([
    ['asystole', longer(4)],
    ['pause', longer(2.5)],
    ['ventricular-fibrillation', flutter],
    [
      'ventricular-tachycardia',
      joined([
        ...named('(VT').filter(({ from, to }) => count(ventricular, from, to) >= 4),
        ...ventricularRuns(annotations, 4),
      ]),
    ],
    ['ventricular-run', joined([...named('(VT'), ...ventricularRuns(annotations, 3)])],
    ['extreme-tachycardia', joined(rateSpans(pairs, 17, perMinute => perMinute > 140))],
    ['extreme-bradycardia', joined(rateSpans(pairs, 5, perMinute => perMinute < 40))],
    [
      'frequent-pvcs',
      joined(
        countSpans(
          ventricular.map(({ sample }) => sample).filter(s => !inFlutter(s)),
          10,
          60,
        ),
      ),
    ],
    ...['B', 'T', 'IVR'].map(name => [RHYTHM_RULES[name], named(`(${name}`)] as const),
    ['irregular-rhythm', joined(named('(AFIB', '(AFL'))],
  ])
}

/** Counts one rule's episodes and alarms on a record; `truth` bears out what rules of the same kind say, too. */
export function countAlarms(rule: string, truth: Truth, alarms: readonly RaisedAlarm[]): AlarmCounts {
  const kin = kinOf(rule)
  const own = alarms.filter(alarm => alarm.rule === rule)
  const kind = rule === 'extreme-tachycardia' ? own : alarms.filter(alarm => kin.includes(alarm.rule))
  const spans = truth.get(rule) ?? []
  const right = kin.flatMap(each => truth.get(each) ?? [])
  return {
    episodes: spans.length,
    missed: spans.filter(span => !kind.some(alarm => meets(span, alarm))).length,
    alarms: own.length,
    falseAlarms: own.filter(alarm => !right.some(span => meets(span, alarm))).length,
  }
}

/** The rules whose alarms count for one another. */
function kinOf(rule: string): readonly string[] {
  return (VENTRICULAR as readonly string[]).includes(rule) ? VENTRICULAR : [rule]
}

function meets(span: Span, alarm: RaisedAlarm): boolean {
  return alarm.from <= span.to + AFTER && alarm.to >= span.from - BEFORE
}

/** Returns the counts of several records, or rules, together. */
export function totalCounts(all: readonly AlarmCounts[]): AlarmCounts {
  const sum = (field: keyof AlarmCounts) => all.reduce((value, counts) => value + counts[field], 0)
  return { episodes: sum('episodes'), missed: sum('missed'), alarms: sum('alarms'), falseAlarms: sum('falseAlarms') }
}

/** Returns the runs of at least `least` ventricular beats above 100 a minute; flutter waves end them. */
function ventricularRuns(annotations: MitBihRecord['annotations'], least: number): Span[] {
  const fast: Span[] = []
  let run: number[] = []
  const close = () => {
    const [first, last] = [run[0], run[run.length - 1]]
    const perMinute = (60 * MIT_BIH_RATE_HZ * (run.length - 1)) / (last - first)
    if (run.length >= least && perMinute >= 100) fast.push({ from: first, to: last })
    run = []
  }
  for (const { sample, symbol } of annotations) {
    const index = beatClass(symbol, 'ml')
    if (index === 2) run.push(sample)
    else if (index !== undefined || symbol === '[') close()
  }
  close()
  return fast
}

function count(beats: readonly { sample: number }[], from: number, to: number): number {
  return beats.filter(({ sample }) => sample >= from && sample <= to).length
}

/** Stretches of so many beats in a row whose mean rate is as asked for. */
function rateSpans(pairs: readonly Span[], beats: number, holds: (perMinute: number) => boolean): Span[] {
  const spans: Span[] = []
  for (let i = beats - 2; i < pairs.length; i++) {
    const [from, to] = [pairs[i - beats + 2].from, pairs[i].to]
    const total = pairs.slice(i - beats + 2, i + 1).reduce((sum, pair) => sum + pair.to - pair.from, 0)
    // Pairs across flutter are left out: no rate goes over them.
    if (to - from === total && holds((60 * MIT_BIH_RATE_HZ * (beats - 1)) / total)) spans.push({ from, to })
  }
  return spans
}

/** Stretches of so many seconds that hold so many beats. */
function countSpans(samples: readonly number[], least: number, seconds: number): Span[] {
  return samples
    .slice(least - 1)
    .flatMap((to, i) => (to - samples[i] <= seconds * MIT_BIH_RATE_HZ ? [{ from: samples[i], to }] : []))
}

/** Joins spans that overlap or lie within ten seconds: they are one episode. */
function joined(spans: readonly Span[]): Span[] {
  const out: { from: number; to: number }[] = []
  for (const { from, to } of spans.slice().sort((a, b) => a.from - b.from)) {
    const last = out.at(-1)
    if (last && from <= last.to + AFTER) last.to = Math.max(last.to, to)
    else out.push({ from, to })
  }
  return out
}
