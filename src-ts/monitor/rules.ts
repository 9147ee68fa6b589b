import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'

const seconds = v.pipe(v.number(), v.minValue(0.25), v.maxValue(3600))
const beats = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(500))
const perMinute = v.pipe(v.number(), v.minValue(1), v.maxValue(600))
const share = v.pipe(v.number(), v.gtValue(0), v.maxValue(1))
const correlation = v.pipe(v.number(), v.minValue(-1), v.maxValue(1))
/** What the flutter index says of waves that follow each other without a beat: thousandths left, at most, and waves a minute, at least. */
const waves = v.strictObject({
  leakage: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
  ratePerMinute: perMinute,
})
const label = v.picklist(['N', 'S', 'V', 'F'])
/** A beat of late that is sure and looks usual: a heart that has it does not flutter, however its T waves swing. */
const usualBeat = v.strictObject({
  label,
  /** Its peak lies at most so far back; the flutter index looks back for four. */
  seconds,
  /** In thousandths of a logit, at least. */
  certainty: v.pipe(v.number(), v.integer()),
  /** Correlation with the usual complex in one of the leads, at least. */
  usual: correlation,
  /** Width over that of the usual complex, at most in each lead: waves of flutter that look usual are wider. */
  width: v.pipe(v.number(), v.minValue(1), v.maxValue(5)),
})

/** What a rule waits for; docs/monitor.md explains each. */
const When = v.variant('kind', [
  /** While there are such waves a heart without beats does not stand still: it flutters. */
  v.strictObject({ kind: v.literal('no-beat'), seconds, unlessWaves: v.optional(waves) }),
  v.strictObject({ kind: v.literal('pause'), seconds }),
  v.strictObject({
    kind: v.literal('rate-above'),
    perMinute,
    beats,
    /** Correlation of a complex with the usual one, or with one of the two before, at least; noise has no two peaks alike. */
    alike: v.optional(correlation),
    /** So large a share of the beats must. */
    share: v.optional(share),
  }),
  v.strictObject({
    kind: v.literal('rate-below'),
    perMinute,
    beats,
    /** In at most so large a share of the intervals a beat may have been overlooked. */
    doubtful: v.optional(share),
  }),
  v.strictObject({
    kind: v.literal('flutter'),
    /** Thousandths that the flutter index leaves, at most. */
    leakage: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    /** Waves a minute, at least and at most: faster ones are muscles'. */
    ratePerMinute: perMinute,
    toPerMinute: v.optional(perMinute),
    seconds,
    unlessBeat: v.optional(usualBeat),
  }),
  v.strictObject({
    kind: v.literal('run'),
    label,
    /** Beats of this label count, too, if not all are. */
    orLabel: v.optional(label),
    beats,
    fromPerMinute: v.optional(perMinute),
    toPerMinute: v.optional(perMinute),
    /** Longest interval to shortest of the last `beats`, at most. */
    regularity: v.optional(v.pipe(v.number(), v.minValue(1))),
    /** Mean certainty of their labels, in thousandths of a logit, at least. */
    certainty: v.optional(v.pipe(v.number(), v.integer())),
    /** A run of so many needs neither. */
    orBeats: v.optional(beats),
  }),
  v.strictObject({
    kind: v.literal('unlike-run'),
    /** What the network calls such beats; they count whatever they look like, if `named` of a run are. */
    label,
    orLabel: v.optional(label),
    /** Of the label of a beat that does not look unlike, in thousandths of a logit, at least. */
    certainty: v.optional(v.pipe(v.number(), v.integer())),
    named: beats,
    beats,
    fromPerMinute: perMinute,
    /** Longest interval to shortest, at most. */
    regularity: v.optional(v.pipe(v.number(), v.minValue(1))),
    /** Mean interval, at most so large a share of the usual one before the run. */
    share,
    /**
     * Correlation with the usual complex: below `some` in both leads and below `more` in one of them is unlike; below `much`, or wider by
     * `width`, needs no label besides.
     */
    some: correlation,
    more: correlation,
    much: correlation,
    /** Width over that of the usual complex, at least. */
    width: v.pipe(v.number(), v.minValue(1), v.maxValue(5)),
    /** Correlation with one of the two complexes before, at least; the first two beats are not asked. */
    alike: correlation,
  }),
  v.strictObject({ kind: v.literal('count'), label, count: beats, seconds }),
  v.strictObject({
    kind: v.literal('pattern'),
    labels: v.pipe(v.string(), v.regex(/^[NSVF]{2,8}$/)),
    repeats: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(20)),
  }),
  v.strictObject({
    kind: v.literal('irregular'),
    beats,
    /** An interval that differs from the one before by more than this share of it counts. */
    step: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
    /** So large a share of the last `beats` must. */
    share,
  }),
  v.strictObject({ kind: v.literal('unclassifiable'), seconds }),
  v.strictObject({ kind: v.literal('lead-lost'), seconds }),
  v.strictObject({ kind: v.literal('finding'), label: v.string(), of: beats, windows: beats }),
])

const id = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/))
/** Rules that one may stand back for: src-as/monitor-table.ts has so many words for them. */
export const MOST_NOT_DURING = 3

const Rule = v.strictObject({
  id,
  title: v.pipe(v.string(), v.nonEmpty()),
  /** A low one is a notice, no alarm. */
  priority: v.picklist(['high', 'medium', 'low']),
  /** A latching alarm stays until somebody acknowledges it. */
  latching: v.boolean(),
  /** The rhythm that annotations name while it holds, as MIT-BIH writes it: "(VT". */
  rhythm: v.optional(v.pipe(v.string(), v.regex(/^\([A-Z]+$/))),
  when: When,
  /** Another witness: the rule holds, too, where this does. */
  orWhen: v.optional(When),
  /** Where one of these rules held within so many seconds, and the signal has waves, this one is not raised anew: it is the same emergency. */
  notDuring: v.optional(
    v.strictObject({ rules: v.pipe(v.array(id), v.minLength(1), v.maxLength(MOST_NOT_DURING)), seconds }),
  ),
  source: v.pipe(v.string(), v.nonEmpty()),
})

const Rules = v.strictObject({ version: v.literal(1), rules: v.pipe(v.array(Rule), v.minLength(1)) })

export type When = v.InferOutput<typeof When>
export type Rule = v.InferOutput<typeof Rule>

/** The rules that ship; docs/monitor.md has their sources. */
export const DEFAULT_RULES = fileURLToPath(new URL('./alarms.json', import.meta.url))

/** Reads a table of rules from a JSON file; throws HolterError where it is not one, or two rules have one name. */
export function readRules(path = DEFAULT_RULES): readonly Rule[] {
  return parseRules(Buffer.from(readFile(path, `Give a file like ${DEFAULT_RULES}`)).toString(), path)
}

/** Returns the rules that a JSON text holds; `where` stands in errors. */
export function parseRules(text: string, where: string): readonly Rule[] {
  const refuse = (problem: string): HolterError =>
    new HolterError({ stage: 'monitor', where, problem, hint: 'docs/monitor.md says what a rule is' })
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    throw refuse(`is no JSON: ${(error as Error).message}`)
  }
  const parsed = v.safeParse(Rules, data)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw refuse(`${v.getDotPath(issue) ?? 'the table'}: ${issue.message}`)
  }
  const ids = parsed.output.rules.map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) throw refuse(`two rules are named ${twice}`)
  for (const { id, notDuring } of parsed.output.rules) {
    const unknown = notDuring?.rules.find(each => !ids.includes(each))
    if (unknown !== undefined) throw refuse(`${id}: notDuring names ${unknown}, which is no rule`)
  }
  return parsed.output.rules
}
