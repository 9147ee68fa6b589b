import type { BeatNetwork } from '../beat-network.ts'
import { ENDLESS, inSamples, ON_ITS_WAY, thousandths } from '../condition.ts'
import { IntegerFilter } from '../integer-filter.ts'
import type { IntegerMap } from '../integer-input.ts'
import { LOG_TABLE } from '../integer-logarithm.ts'
import { QRS_BAND, SHARP_BAND } from '../integer-qrs.ts'
import { Lead } from '../lead.ts'
import { leadsToClassify } from '../monitor.ts'
import { MOST_NOT_DURING, type Rule, type When } from '../rules.ts'

/** What a monitor on a device is made for. */
export interface DeviceMonitor {
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  readonly notchHz?: 50 | 60
  /** Frames that a push takes. */
  readonly frames: number
  readonly rules: readonly Rule[]
}

/** A label has four bits in the word of a pattern. */
const LABEL_BITS = 4
const RULE_WORDS = 16 + MOST_NOT_DURING

/** Returns the constants of a monitor as src-as/monitor-table.ts reads them: 64-bit words, all numbers whole. */
export function monitorTable({ leads, sampleRateHz, notchHz, frames, rules }: DeviceMonitor, beats: BeatNetwork) {
  const { resampler, band, notch } = new Lead(leads[0], sampleRateHz, notchHz)
  const witnesses = rules.flatMap(({ when, orWhen }, rule) =>
    [when, ...(orWhen ? [orWhen] : [])].map(each => ({ rule, when: each })),
  )
  const words = [
    ...LOG_TABLE,
    ...band.coefficients,
    ...[QRS_BAND, SHARP_BAND].flatMap(each => [...new IntegerFilter(each).coefficients]),
    ...(notch?.coefficients ?? new Array<number>(5).fill(0)),
    Number(notch !== undefined),
    resampler.up,
    resampler.down,
    resampler.width,
    resampler.taps.length,
    leads.length,
    ...leadsToClassify(leads),
    frames,
    beats.labels.length,
    beats.thousandths,
    ...[beats.signal, ...beats.numbers].flatMap(mapWords),
    witnesses.length,
    ...resampler.taps,
    ...witnesses.flatMap(({ rule, when }) => {
      const others = notDuringWords(rules[rule], rules)
      const words = [rule, ...others, ...ruleWords(when, label => beats.labels.indexOf(label))]
      return [...words, ...new Array<number>(RULE_WORDS - words.length).fill(0)]
    }),
  ]
  return BigInt64Array.from(words, BigInt)
}

function mapWords({ multiplier, offset, low, high }: IntegerMap): number[] {
  return [multiplier, offset, low, high]
}

/** The rules that a device can hold; `finding` wants the 12-lead network. */
export function deviceRules(rules: readonly Rule[]): Rule[] {
  return rules.filter(({ when, orWhen }) => when.kind !== 'finding' && orWhen?.kind !== 'finding')
}

/** For how many samples a rule stands back, and for which others by their places, -1 where there is none. */
function notDuringWords({ notDuring }: Rule, rules: readonly Rule[]): number[] {
  const places = Array.from({ length: MOST_NOT_DURING }, (_, i) =>
    rules.findIndex(({ id }) => id === notDuring?.rules[i]),
  )
  return [inSamples(notDuring?.seconds ?? 0), ...places]
}

/** Without waves to look for no index is low enough. */
function waveWords({ unlessWaves }: { unlessWaves?: { leakage: number; ratePerMinute: number } }): number[] {
  return unlessWaves ? [unlessWaves.leakage, thousandths(unlessWaves.ratePerMinute)] : [0, 0]
}

/** Without a beat to look for no label is the one. */
function usualBeatWords({ unlessBeat }: Extract<When, { kind: 'flutter' }>, label: (name: string) => number): number[] {
  if (unlessBeat === undefined) return [-1, 0, 0, 0, 0]
  const { seconds, certainty, usual, width } = unlessBeat
  return [label(unlessBeat.label), inSamples(seconds), certainty, ...[usual, width].map(thousandths)]
}

/** A witness's kind and limits; kinds are numbered as in src-as/monitor-conditions.ts. */
function ruleWords(when: When, label: (name: string) => number): number[] {
  switch (when.kind) {
    case 'no-beat':
      return [0, inSamples(when.seconds), ON_ITS_WAY, ...waveWords(when)]
    case 'pause':
      return [1, inSamples(when.seconds)]
    case 'rate-above':
      return [2, when.beats, ...[when.perMinute, when.alike ?? -1, when.share ?? 0].map(thousandths)]
    case 'rate-below':
      return [3, when.beats, thousandths(when.perMinute), thousandths(when.doubtful ?? 1)]
    case 'flutter':
      return [
        4,
        when.leakage,
        thousandths(when.ratePerMinute),
        thousandths(when.toPerMinute ?? ENDLESS),
        inSamples(when.seconds),
        ...usualBeatWords(when, label),
      ]
    case 'run': {
      const { fromPerMinute = 0, toPerMinute = ENDLESS, regularity = ENDLESS } = when
      const { certainty = 0, orBeats = ENDLESS } = when
      const labels = [when.label, when.orLabel ?? when.label].map(label)
      return [
        5,
        ...labels,
        when.beats,
        ...[fromPerMinute, toPerMinute, regularity].map(thousandths),
        certainty,
        orBeats,
      ]
    }
    case 'count':
      return [6, label(when.label), when.count, inSamples(when.seconds)]
    case 'pattern': {
      const labels = [...when.labels].map((name, i) => label(name) * 2 ** (LABEL_BITS * i))
      return [7, labels.reduce((sum, each) => sum + each), labels.length, when.repeats]
    }
    case 'irregular':
      return [8, when.beats, thousandths(when.step), thousandths(when.share)]
    case 'unclassifiable':
      return [9, inSamples(when.seconds)]
    case 'lead-lost':
      return [11, inSamples(when.seconds)]
    case 'unlike-run': {
      const { fromPerMinute, regularity = ENDLESS, share, some, more, much, width, alike } = when
      const limits = [fromPerMinute, regularity, share, some, more, much, width, alike].map(thousandths)
      const labels = [when.label, when.orLabel ?? when.label].map(label)
      return [10, when.beats, ...limits, ...labels, when.named, when.certainty ?? 0]
    }
    case 'finding':
      throw new Error('a device has no 12-lead network')
  }
}
