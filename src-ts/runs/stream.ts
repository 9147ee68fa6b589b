import { planModule } from '../codegen/build.ts'
import { layerTable } from '../codegen/layer-table.ts'
import { loadModel } from '../engines/model.ts'
import { sha256, writeFile } from '../files.ts'
import type { IntGraph } from '../ir/graph.ts'
import { causalGraph, type StreamOptions, streamGraph } from '../passes/streaming/stream.ts'
import { timelinesOf } from '../passes/streaming/timeline.ts'
import { writeTflite } from '../tflite/index.ts'

/** What a network costs hop by hop, beside a whole window. */
export interface HopFigures {
  /** New rows of the input in each hop, and rows of a window. */
  readonly hop: number
  readonly window: number
  /** Where the metadata has a rate. */
  readonly seconds?: number
  /** Hops until the first window is full: from then on a push gives what the whole window gives. */
  readonly fillingHops: number
  readonly macs: number
  readonly windowMacs: number
  /** Bytes that live from hop to hop, and the arena that they are a part of (simd, for speed). */
  readonly stateBytes: number
  readonly arenaBytes: number
  readonly windowArenaBytes: number
  readonly layers: readonly HopLayer[]
}

/** A node of a stream. */
export interface HopLayer {
  readonly name: string
  readonly op: string
  readonly outputShape: readonly number[]
  readonly macs: number
}

export interface StreamInput extends StreamOptions {
  /** A .tflite file of whole windows. */
  readonly model: string
  /** The .tflite file to write. */
  readonly out: string
}

/** Rewrites a network of whole windows into one that takes hops, and writes it. */
export function stream({ model: path, out, hop, causal = false }: StreamInput): HopFigures {
  const model = loadModel(path)
  const graph = streamGraph(model.graph, { hop, causal })
  const figures = figuresOf(model.graph, graph, { hop, causal })
  const { metadata } = graph
  const made = { from: sha256(model.tflite), hop, window: figures.window, ...(causal && { causal }) }
  const told = metadata && { ...metadata, provenance: { ...metadata.provenance, stream: made } }
  writeFile(out, writeTflite({ ...graph, ...(told && { metadata: told }) }))
  return figures
}

/** Returns what a network costs for one hop; where none is named for each of several that are worth a look. Nothing is written. */
export function streamingFigures(path: string, { hop, causal }: Partial<StreamOptions> = {}): HopFigures[] {
  const { graph } = loadModel(path)
  const hops = hop === undefined ? usualHops(graph, causal ?? false) : [hop]
  return hops.map(each => figuresOf(graph, streamGraph(graph, { hop: each, causal }), { hop: each, causal }))
}

/** A tenth of a second and one second where the rate is known, and the network's total stride: the hop of fewest MACs a second. */
function usualHops(graph: IntGraph, causal: boolean): number[] {
  const window = graph.tensors[graph.inputs[0]].shape.at(-2)!
  const rate = graph.metadata?.sampleRateHz
  const stride = Math.max(...[...timelinesOf(graph, causal).of.values()].map(time => time.stride))
  const hops = [stride, ...(rate ? [Math.round(rate / 10), rate] : [])]
  return [...new Set(hops)].filter(hop => hop >= 1 && hop <= window).sort((a, b) => a - b)
}

function figuresOf(whole: IntGraph, streamed: IntGraph, { hop, causal }: StreamOptions): HopFigures {
  const window = whole.tensors[whole.inputs[0]].shape.at(-2)!
  const rate = whole.metadata?.sampleRateHz
  const { macs, layers } = layerTable(streamed)
  const plan = planModule(streamed, 'simd')
  const compared = causal ? causalGraph(whole) : whole
  return {
    hop,
    window,
    ...(rate && { seconds: hop / rate }),
    fillingHops: Math.ceil(window / hop),
    macs,
    windowMacs: layerTable(compared).macs,
    stateBytes: plan.networks[0].states.reduce((sum, { bytes }) => sum + bytes, 0),
    arenaBytes: plan.networks[0].arena.bytes,
    windowArenaBytes: planModule(compared, 'simd').networks[0].arena.bytes,
    layers: layers.map(({ name, op, outputShape, macs }) => ({ name, op, outputShape, macs })),
  }
}
