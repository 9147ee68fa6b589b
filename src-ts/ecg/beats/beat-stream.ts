import { Rhythm, type RhythmFeatures } from './beat-rhythm.ts'
import { BeatTemplate, compareShape, type ShapeFeatures } from './beat-template.ts'
import { BEAT_SAMPLES, BeatScale } from './beat-window.ts'

/** What a network is shown of each of two leads: the scaled window, and what of it is unlike the patient's usual beat. */
export const BEAT_CHANNELS = ['MLII', 'MLII-template', 'second', 'second-template'] as const

/** Numbers that a network is given beside the channels; formulas are in beat-rhythm.ts and beat-template.ts. */
export const BEAT_FEATURES = [
  'log RR before / last 10',
  'log RR after / last 10',
  'log RR before / all so far',
  'log RR after / RR before',
  'correlation with template',
  'log difference from template',
  'log height / template',
  'log median RR step of 64',
  'share of 64 RR steps small',
  'sample entropy of 64 RR',
] as const

/** So many beats are gathered before the first is described, by scales and templates of all of them. */
const LEARNING_BEATS = 8

/** A beat as it comes: its time, and the unscaled window of each lead around it. */
export interface CutBeat {
  readonly seconds: number
  /** Main lead first (MLII), then the second; millivolts, as cutBeat returns them. */
  readonly windows: readonly [Float32Array, Float32Array]
}

/** A beat as a network takes it. */
export interface DescribedBeat {
  /** Row-major [102, 4], the channels of BEAT_CHANNELS. */
  readonly channels: Float32Array
  /** In the order of BEAT_FEATURES, not standardized. */
  readonly features: Float32Array
}

/** Taken for the interval of a recording that holds a single beat. */
const LONE_SECONDS = 1

/**
 * Describes the beats of one recording in the order in which they come, each by itself and by those before it. Only the RR interval
 * after a beat is of its future, so that a beat comes out when the next one goes in. The first eight come out together.
 */
export class BeatStream {
  private readonly rhythm = new Rhythm()
  private readonly leads = [0, 1].map(() => ({ scale: new BeatScale(), template: new BeatTemplate() }))
  /** Beats that are not described yet, the newest last. */
  private waiting: CutBeat[] = []
  private learning = true
  private previousSeconds: number | undefined

  /** Takes in a beat and returns those that are complete now. */
  push(beat: CutBeat): DescribedBeat[] {
    this.waiting.push(beat)
    return this.waiting.length > (this.learning ? LEARNING_BEATS : 1) ? this.describe(this.waiting.length - 1) : []
  }

  /** Returns the beats that still wait, at the end of the recording. */
  end(): DescribedBeat[] {
    return this.describe(this.waiting.length)
  }

  /** Describes the first `count` of the waiting beats. */
  private describe(count: number): DescribedBeat[] {
    const { learning, waiting } = this
    if (learning) this.learn(waiting.slice(0, count))
    this.learning = false
    const described = waiting.slice(0, count).map((beat, i) => {
      const before = this.previousSeconds
      const after = waiting[i + 1]?.seconds
      this.previousSeconds = beat.seconds
      const pre = before !== undefined ? beat.seconds - before : undefined
      const post = after !== undefined ? after - beat.seconds : undefined
      return this.describeOne(beat, pre ?? post ?? LONE_SECONDS, post ?? pre ?? LONE_SECONDS, !learning)
    })
    waiting.splice(0, count)
    return described
  }

  /** Takes scales and templates from the first beats. */
  private learn(beats: readonly CutBeat[]): void {
    for (const [i, { scale, template }] of this.leads.entries()) {
      for (const { windows } of beats) scale.push(windows[i])
      for (const { windows } of beats) template.push(scale.scaled(windows[i]))
      template.refresh()
    }
  }

  private describeOne({ windows }: CutBeat, pre: number, post: number, isNew: boolean): DescribedBeat {
    const channels = new Float32Array(BEAT_SAMPLES * BEAT_CHANNELS.length)
    const shapes = this.leads.map(({ scale, template }, i) => {
      if (isNew) scale.push(windows[i])
      const window = scale.scaled(windows[i])
      const usual = template.window
      for (let t = 0, at = 2 * i; t < BEAT_SAMPLES; t++, at += BEAT_CHANNELS.length) {
        channels[at] = window[t]
        channels[at + 1] = window[t] - usual[t]
      }
      if (isNew) template.push(window)
      return compareShape(window, usual)
    })
    return { channels, features: Float32Array.from(listed(this.rhythm.next(pre, post), shapes[0])) }
  }
}

/** The features in the order of BEAT_FEATURES. */
function listed(rhythm: RhythmFeatures, shape: ShapeFeatures): number[] {
  return [
    rhythm.preToLocal,
    rhythm.postToLocal,
    rhythm.preToMean,
    rhythm.postToPre,
    shape.correlation,
    shape.logDifference,
    shape.logHeight,
    rhythm.logMedianStep,
    rhythm.steadyShare,
    rhythm.entropy,
  ]
}
