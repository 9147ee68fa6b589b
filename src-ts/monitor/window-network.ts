import { HolterError } from '../errors.ts'
import type { IntGraph } from '../ir/graph.ts'
import type { RunRow } from './beat-network.ts'
import { type IntegerMap, integerMap, mapInteger } from './integer-input.ts'
import { RATE_HZ } from './integer-qrs.ts'
import { IntegerResampler } from './integer-resampler.ts'
import { MISSING } from './lead.ts'
import type { Verdict } from './quality-index.ts'

/** Parts of a microvolt in the resampler: its rounding stays below the converter's. */
const PARTS = 16

/** Asks a network of windows of all leads (task ptbxl-superclass) once a hop. */
export class WindowNetwork {
  readonly labels: readonly string[]
  private readonly run: RunRow
  private readonly map: IntegerMap
  /** The least output of each label that reaches its threshold. */
  private readonly least: readonly number[]
  /** Where each lead of the network stands in a frame. */
  private readonly places: readonly number[]
  private readonly resamplers: readonly IntegerResampler[]
  private readonly past: Float64Array
  private readonly held: Float64Array
  private readonly row: Int8Array
  private readonly length: number
  private readonly hop: number
  private samples = 0
  private asked = 0

  /** Returns undefined where the recording lacks a lead of the network. Throws HolterError when the network takes no millivolts. */
  static of(graph: IntGraph, run: RunRow, leads: readonly string[], sampleRateHz: number, hopSeconds = 1) {
    const names = leads.map(name => name.toUpperCase())
    const places = (graph.metadata?.leads ?? []).map(name => names.indexOf(name.toUpperCase()))
    if (places.some(place => place < 0)) return undefined
    return new WindowNetwork(graph, run, places, sampleRateHz, hopSeconds)
  }

  private constructor(
    graph: IntGraph,
    run: RunRow,
    places: readonly number[],
    sampleRateHz: number,
    hopSeconds: number,
  ) {
    const { metadata } = graph
    const input = graph.tensors[graph.inputs[0]].quantization
    const output = graph.tensors[graph.outputs[0]].quantization
    if (!(metadata?.unit === 'mV' && input && output)) {
      throw new HolterError({
        stage: 'monitor',
        where: graph.name,
        problem: 'the network does not take windows in millivolts',
        got: metadata?.task ?? 'no holter metadata',
        hint: 'Use models/ecg-tiny.tflite',
      })
    }
    this.labels = metadata.labels
    this.run = run
    this.map = integerMap(1000 * PARTS, metadata, input)
    this.least = metadata.thresholds.map(
      threshold => Math.log(threshold / (1 - threshold)) / output.scale[0] + output.zeroPoint[0],
    )
    this.places = places
    this.resamplers = places.map(() => new IntegerResampler(sampleRateHz, metadata.sampleRateHz))
    this.length = metadata.samples
    this.hop = Math.round(hopSeconds * RATE_HZ)
    this.past = new Float64Array(metadata.samples * places.length)
    this.held = new Float64Array(places.length)
    this.row = new Int8Array(metadata.samples * places.length)
  }

  /** Takes one sample of every lead of the recording, in whole microvolts. */
  next(frame: Int32Array, at: number): void {
    const { places, resamplers, past, held, length } = this
    let outputs = 0
    for (let lead = 0; lead < places.length; lead++) {
      const value = frame[at + places[lead]]
      if (value !== MISSING) held[lead] = value * PARTS
      let place = this.samples
      resamplers[lead].next(held[lead], output => {
        past[(place++ % length) * places.length + lead] = output
      })
      outputs = place - this.samples
    }
    this.samples += outputs
  }

  /** Forgets what came before a gap. */
  restart(): void {
    for (const resampler of this.resamplers) resampler.restart()
    this.samples = 0
  }

  /** Whether a hop has passed since the last answer, and the window is full. */
  due(now: number): boolean {
    return this.samples >= this.length && now - this.asked >= this.hop
  }

  /** Returns the labels that reach their thresholds; undefined when a quarter of the leads and more are not good. */
  classify(verdicts: readonly Verdict[], now: number): readonly string[] | undefined {
    this.asked = now
    const { places, past, row, map } = this
    const poor = places.filter(place => verdicts[place] !== 'good').length
    if (4 * poor > places.length) return undefined
    const start = this.samples % this.length
    for (let i = 0; i < row.length; i++) row[i] = mapInteger(past[(start * places.length + i) % past.length], map)
    const outputs = this.run(row)
    return this.labels.filter((_, i) => outputs[i] >= this.least[i])
  }
}
