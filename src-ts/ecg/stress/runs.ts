import type { Random } from '../../random.ts'
import { beatClass } from '../beats/beat-classes.ts'
import { MIT_BIH_RATE_HZ } from '../datasets/mit-bih.ts'
import type { Annotation } from '../formats/wfdb-annotations.ts'
import { P_START, type Stress, type StressedRecord, T_END } from './stress.ts'

/** Runs of ventricular tachycardia in place of normal beats: of waves that are drawn, or of a ventricular beat of the record itself. */
export const runs: readonly Stress[] = [
  {
    name: 'runs-drawn',
    about: 'runs of 4 to 20 drawn ventricular beats at 105 to 240 a minute',
    change: withRuns(drawn),
  },
  {
    name: 'runs-narrow',
    about: 'the same of narrower beats, half-way to a normal one',
    change: withRuns((lead, draw, normal) => halfWay(drawn(lead, draw), normal)),
  },
  {
    name: 'runs-own',
    about: 'the same of a ventricular beat of the record, where it has one',
    change: withRuns(own),
  },
  {
    name: 'runs-four',
    about: 'runs of exactly four ventricular beats of the record, at 105 to 240 a minute',
    change: withRuns(own, { lengths: [4] }),
  },
  {
    name: 'runs-slow',
    about: 'runs of 4 to 20 drawn ventricular beats at 103 to 120 a minute',
    change: withRuns(drawn, { perMinute: [103, 120] }),
  },
  {
    name: 'runs-rising',
    about: 'runs of 6 to 20 drawn ventricular beats that quicken from 100 to 200 a minute',
    change: withRuns(drawn, { lengths: [6, 8, 12, 20], perMinute: [100, 115], quicker: 0.95 }),
  },
  {
    name: 'runs-low',
    about: 'runs of 4 to 20 drawn ventricular beats, a third as high as normal ones',
    change: withRuns((record, draw) => scaled(drawn(record, draw), 1 / 3)),
  },
  {
    name: 'runs-wide',
    about: 'runs of normal beats of the record, drawn out to 1.6 times their width',
    change: withRuns((record, _draw, normal) => [...record.leads].map((_, k) => drawnOut(normal[k], 1.6))),
  },
  {
    name: 'runs-unsure',
    about: 'runs of drawn ventricular beats of which three in ten are called normal',
    change: withRuns(drawn),
    mislabelled: 0.3,
  },
  {
    name: 'runs-polymorphic',
    about: 'runs of 4 to 20 ventricular beats, each drawn anew, at 150 to 250 a minute',
    change: withRuns(drawn, { perMinute: [150, 250], irregularity: 0.08, anew: true }),
  },
  {
    name: 'torsades',
    about:
      'runs of 12 to 30 drawn ventricular beats at 180 to 250 a minute that turn upside down and back every 5 to 10',
    change: withRuns(drawn, { lengths: [12, 20, 30], perMinute: [180, 250], twisted: true }),
  },
]

const RATE = MIT_BIH_RATE_HZ
/** A beat that is put in reaches from so far before its peak to so far behind it. */
const BEFORE = Math.round(0.25 * RATE)
const AFTER = Math.round(0.45 * RATE)
/** Beats a minute that a run which quickens does not exceed. */
const FASTEST = 200
/** Beats between two runs. */
const SPACING = 90

/** What the runs of a stress are like. */
interface Kind {
  readonly lengths: readonly number[]
  readonly perMinute: readonly [number, number]
  /** Standard deviation of intervals, as a share of them. */
  readonly irregularity: number
  /** Each interval over the one before. */
  readonly quicker: number
  /** Whether each beat has a shape of its own. */
  readonly anew: boolean
  /** Whether the axis turns. */
  readonly twisted: boolean
}

const COMMON: Kind = {
  lengths: [4, 5, 6, 8, 12, 20],
  perMinute: [105, 240],
  irregularity: 0.03,
  quicker: 1,
  anew: false,
  twisted: false,
}

/** Makes a beat's shape in each lead, millivolts from BEFORE before its peak on; undefined where the record gives none. */
type Shape = (record: StressedRecord, draw: Random, normal: readonly Float64Array[]) => Float64Array[] | undefined

function withRuns(shape: Shape, differently: Partial<Kind> = {}) {
  return (record: StressedRecord, draw: Random): StressedRecord => {
    const kind = { ...COMMON, ...differently }
    const beats = record.annotations.filter(({ symbol }) => beatClass(symbol, 'ml') !== undefined)
    const leads = new Map([...record.leads].map(([name, lead]) => [name, lead.slice()]))
    const added: Annotation[] = []
    const gone: { from: number; to: number }[] = []
    for (let i = 50; i < beats.length - 80; i += SPACING) {
      const run = placed(beats, i, kind, draw)
      const normal = [...record.leads.values()].map(lead => cut(lead, beats[i].sample))
      const shapes = run && shapesOf(run.peaks.length, kind, draw, () => shape(record, draw, normal))
      if (!run || !shapes || !isNormal(beats, i, run.to)) continue
      for (const [k, lead] of [...leads.values()].entries())
        replace(
          lead,
          beats[i].sample,
          run,
          shapes.map(beat => beat[k]),
          draw,
        )
      gone.push({ from: beats[i].sample + 1, to: run.to - 1 })
      added.push(...run.peaks.map(sample => ({ ...beats[i], sample, symbol: 'V' })))
    }
    const kept = record.annotations.filter(({ sample }) => !gone.some(({ from, to }) => sample >= from && sample <= to))
    return { ...record, leads, annotations: [...kept, ...added].sort((a, b) => a.sample - b.sample) }
  }
}

/** Returns the shape of each beat of a run in each lead; undefined where the record gives none. */
function shapesOf(length: number, { anew, twisted }: Kind, draw: Random, make: () => Float64Array[] | undefined) {
  const first = make()
  if (!first) return undefined
  const turn = twisted ? Math.PI / (5 + 5 * draw.uniform()) : 0
  return Array.from({ length }, (_, i) => {
    const shape = anew && i > 0 ? make()! : first
    // Leads turn at different times, as an axis that twists does.
    return twisted ? shape.map((lead, k) => lead.map(value => value * Math.cos(turn * i + k))) : shape
  })
}

/** Whether the beats that a run takes the place of, and those around it, are no ventricular ones. */
function isNormal(beats: readonly Annotation[], first: number, to: number): boolean {
  const last = beats.findIndex(({ sample }) => sample >= to)
  return beats.slice(first - 2, last + 2).every(({ symbol }) => [0, 1].includes(beatClass(symbol, 'ml')!))
}

/** Where the peaks of a run behind a beat lie, and the beat that follows it. */
function placed(beats: readonly Annotation[], i: number, kind: Kind, draw: Random) {
  const { lengths, irregularity, quicker } = kind
  const [slowest, fastest] = kind.perMinute
  const length = lengths[draw.integer(lengths.length)]
  let interval = (60 * RATE) / (slowest + (fastest - slowest) * draw.uniform())
  const usual = beats[i].sample - beats[i - 1].sample
  let at = beats[i].sample + Math.max(T_END + 20, 0.6 * usual, interval)
  const peaks: number[] = []
  for (let k = 0; k < length; k++) {
    peaks.push(Math.round(at))
    at += interval * (1 + irregularity * draw.normal())
    interval = Math.max((60 * RATE) / FASTEST, interval * quicker)
  }
  // A pause that makes up for it, and the rhythm goes on.
  const next = beats.find(({ sample }) => sample > at - interval + Math.max(AFTER + P_START, usual))
  return next && next.sample - at < 3 * RATE ? { peaks, to: next.sample } : undefined
}

/** Draws a line with a run on it from a beat's T wave to the P wave of the next. */
function replace(
  lead: Float64Array,
  from: number,
  { peaks, to }: { readonly peaks: readonly number[]; readonly to: number },
  shapes: readonly Float64Array[],
  draw: Random,
): void {
  const [first, end] = [from + T_END, to - P_START]
  const [low, high] = [lead[first], lead[end]]
  for (let i = first; i < end; i++) lead[i] = low + ((high - low) * (i - first)) / (end - first) + 0.01 * draw.normal()
  for (const [n, peak] of peaks.entries()) {
    const height = 1 + 0.06 * draw.normal()
    for (let k = 0; k < shapes[n].length; k++) {
      const i = peak - BEFORE + k
      if (i >= first && i < end) lead[i] += height * shapes[n][k]
    }
  }
}

/** A wide complex of two bells, 120 to 200 ms, and a T wave the other way; in every lead of another height, in the same heart. */
function drawn(record: StressedRecord, draw: Random): Float64Array[] {
  const width = (0.026 + 0.02 * draw.uniform()) * RATE
  const apart = 2 * width * draw.uniform()
  return [...record.leads.values()].map(lead => {
    const height = (draw.uniform() < 0.5 ? -1 : 1) * usualHeight(lead) * (0.6 + 0.8 * draw.uniform())
    const second = draw.normal() * 0.5
    return bells([
      [0, width, height],
      [apart, width, second * height],
      [0.24 * RATE, 0.05 * RATE, -0.35 * height],
    ])
  })
}

function bells(waves: readonly (readonly [number, number, number])[]): Float64Array {
  return Float64Array.from({ length: BEFORE + AFTER }, (_, k) =>
    waves.reduce((sum, [at, width, height]) => sum + height * Math.exp(-0.5 * ((k - BEFORE - at) / width) ** 2), 0),
  )
}

/** The median of the lead's range within a second. */
function usualHeight(lead: Float64Array): number {
  const ranges: number[] = []
  for (let at = 0; at + 360 <= lead.length; at += 3600) {
    const piece = lead.subarray(at, at + 360)
    ranges.push(Math.max(...piece) - Math.min(...piece))
  }
  return ranges.sort((a, b) => a - b)[ranges.length >> 1]
}

function scaled(shapes: readonly Float64Array[], factor: number): Float64Array[] {
  return shapes.map(shape => shape.map(value => factor * value))
}

/** A shape whose times around its peak are longer by a factor. */
function drawnOut(shape: Float64Array, factor: number): Float64Array {
  return shape.map((_, k) => {
    const at = BEFORE + (k - BEFORE) / factor
    const [i, rest] = [Math.floor(at), at - Math.floor(at)]
    return i < 0 || i + 1 >= shape.length ? 0 : (1 - rest) * shape[i] + rest * shape[i + 1]
  })
}

function halfWay(shapes: Float64Array[], normal: readonly Float64Array[]): Float64Array[] {
  return shapes.map((shape, i) => shape.map((value, k) => (value + normal[i][k]) / 2))
}

/** A ventricular beat of the record that stands alone. */
function own(record: StressedRecord, draw: Random): Float64Array[] | undefined {
  const beats = record.annotations.filter(({ symbol }) => beatClass(symbol, 'ml') !== undefined)
  const found = beats.filter(
    ({ symbol }, i) => symbol === 'V' && beats[i - 1]?.symbol !== 'V' && beats[i + 1]?.symbol !== 'V',
  )
  const beat = found.length > 0 ? found[draw.integer(found.length)] : undefined
  return beat && [...record.leads.values()].map(lead => cut(lead, beat.sample))
}

/** Cuts a beat out of a lead; it begins and ends at nothing. */
function cut(lead: Float64Array, peak: number): Float64Array {
  const piece = lead.slice(peak - BEFORE, peak + AFTER)
  const last = piece.length - 1
  const base = (k: number) => piece[0] + ((piece[last] - piece[0]) * k) / last
  // A P wave before it is not its own.
  const ramp = (k: number) => Math.min(1, Math.max(0, (k - 0.1 * RATE) / (0.05 * RATE)), (last - k) / (0.05 * RATE))
  return piece.map((value, k) => (value - base(k)) * ramp(k))
}
