import { BEAT_CHANNELS, BEAT_FEATURES } from '../ecg/beats/beat-stream.ts'
import { BEAT_SAMPLES } from '../ecg/beats/beat-window.ts'
import { HolterError } from '../errors.ts'
import type { IntGraph } from '../ir/graph.ts'
import { HEIGHT, type IntegerBeat } from './integer-beat.ts'
import { featureMap, type IntegerMap, integerMap, mapInteger } from './integer-input.ts'
import { ONE } from './integer-logarithm.ts'

/** Runs one row of a network at once. */
export type RunRow = (row: Int8Array) => Int8Array

export interface Classified {
  readonly label: string
  /** By how much the label leads, in thousandths of a logit. */
  readonly certainty: number
}

/** Gives beats their class, by a network that was trained on task mitbih-aami. */
export class BeatNetwork {
  readonly labels: readonly string[]
  private readonly run: RunRow
  readonly signal: IntegerMap
  readonly numbers: readonly IntegerMap[]
  private readonly row: Int8Array
  /** What a step of the output is, in thousandths of a logit. */
  readonly thousandths: number

  /** Throws HolterError unless the network takes beats as IntegerBeatStream describes them. */
  constructor(graph: IntGraph, run: RunRow) {
    const { metadata } = graph
    const names = BEAT_FEATURES.join()
    const [signal, numbers] = graph.inputs.map(i => graph.tensors[i].quantization)
    const fits =
      metadata?.leads.join() === BEAT_CHANNELS.join() &&
      metadata.samples === BEAT_SAMPLES &&
      metadata.features?.names.join() === names
    if (!(fits && signal && numbers)) {
      throw new HolterError({
        stage: 'monitor',
        where: graph.name,
        problem: 'the network does not take single beats with their numbers',
        got: metadata ? `${metadata.task}, ${metadata.features?.names.length ?? 0} numbers` : 'no holter metadata',
        expected: `mitbih-aami, ${BEAT_FEATURES.length} numbers, from "${BEAT_FEATURES[0]}" to "${BEAT_FEATURES.at(-1)}"`,
        hint: 'Use models/beat-rr.tflite, or train it anew: holter train beat-rr',
      })
    }
    this.labels = metadata.labels
    this.run = run
    this.thousandths = Math.round(1000 * graph.tensors[graph.outputs[0]].quantization!.scale[0])
    this.signal = integerMap(HEIGHT, metadata, signal)
    const { mean, deviation } = metadata.features!
    this.numbers = mean.map((m, i) => featureMap(ONE, { mean: m, deviation: deviation[i] }, numbers))
    this.row = new Int8Array(BEAT_SAMPLES * BEAT_CHANNELS.length + mean.length)
  }

  /** Returns the class of a beat, and how certain it is; `post` is the interval behind it in samples at 360 Hz. */
  classify(beat: IntegerBeat, post: number): Classified {
    const { row, signal, numbers } = this
    const { channels } = beat
    for (let i = 0; i < channels.length; i++) row[i] = mapInteger(channels[i], signal)
    for (const [i, value] of beat.features(post).entries()) row[channels.length + i] = mapInteger(value, numbers[i])
    const logits = this.run(row)
    const best = logits.indexOf(Math.max(...logits))
    const second = Math.max(...logits.filter((_, i) => i !== best))
    return { label: this.labels[best], certainty: (logits[best] - second) * this.thousandths }
  }
}
