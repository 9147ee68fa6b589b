import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { compilePasses, runIntPasses } from '../../src-ts/passes/int/index.ts'
import { causalGraph, streamGraph } from '../../src-ts/passes/streaming/stream.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner, rowStream } from '../../src-ts/reference/run.ts'
import { randomInt16Stream, randomStream } from '../../tools/random-networks/random-stream.ts'
import { difference, flavoursHere, type Rows, runProgram } from '../../tools/random-networks/run-program.ts'
import { NetworkBuilder } from '../helpers/network-builder.ts'
import { stridedNetwork } from '../helpers/stream-network.ts'

/** HOLTER_LONG=1 for all 200. */
const NETWORKS = process.env.HOLTER_LONG ? 200 : 24
/** Hops after the window is full. */
const HOPS = process.env.HOLTER_LONG ? 50 : 12
const BATCH = 40
const test = suite('streaming')

/** A stream of random rows: the graph that takes hops, what comes in, and what the network makes of each whole window. */
interface Job extends Rows {
  readonly name: string
  /** Hops until the window is full. */
  readonly filling: number
  /** Outputs of the network from then on, hop after hop: its last rows where it keeps time. */
  readonly windows: readonly Int8Array[]
}

function job(seed: number, padding: 'same' | 'valid'): Job {
  const { graph, hop } = seed % 4 === 2 ? randomInt16Stream(seed) : randomStream(seed, padding)
  const causal = padding === 'same'
  const stream = streamGraph(graph, { hop, causal })
  const whole = causal ? causalGraph(graph) : graph
  const rows = graph.tensors[graph.inputs[0]].shape[2]
  const filling = Math.ceil(rows / hop)
  const count = filling + HOPS - 1
  const draw = random(seed, 5)
  const hopBytes = rowBytes(stream, stream.inputs)
  const inputs = Int8Array.from({ length: count * hopBytes }, () => draw.integer(256))
  const run = rowRunner(whole)
  const outBytes = rowBytes(stream, stream.outputs)
  const windows = Array.from({ length: HOPS }, (_, i) => {
    const end = (filling + i) * hopBytes
    return run(inputs.subarray(end - rowBytes(graph, graph.inputs), end), 1).slice(-outBytes)
  })
  const name = `${graph.name}, ${padding}, hop ${hop}`
  return { name, graph: stream, inputs, count, stream: true, filling, windows }
}

const jobs = Array.from({ length: NETWORKS }, (_, seed) => job(seed, seed % 4 === 3 && seed !== 167 ? 'same' : 'valid'))
const streamed = jobs.map(({ graph, inputs, count }) => rowStream(graph).push(inputs, count))

/** Compares the outputs of all hops whose window is full with those of the whole windows. */
function checkWindows(got: Int8Array, { name, graph, filling, windows }: Job): void {
  const outBytes = rowBytes(graph, graph.outputs)
  for (const [i, expected] of windows.entries()) {
    const at = (filling - 1 + i) * outBytes
    assert.is(difference(got.subarray(at, at + outBytes), expected), undefined, `${name}, hop ${i} after it is full`)
  }
}

test(`${NETWORKS} random networks × ${HOPS} hops: a stream gives the bytes of the whole window`, () => {
  for (const [i, got] of streamed.entries()) checkWindows(got, jobs[i])
})

/** The graph that a module is compiled from. */
const forModule = (graph: IntGraph) => runIntPasses(graph, { passes: compilePasses })

test('pooled heads of streams keep sums: means know which rows are new', () => {
  const known = jobs.filter(({ graph }) => forModule(graph).nodes.some(node => node.attrs.arriving !== undefined))
  assert.ok(known.length >= NETWORKS / 8, `${known.length} of ${NETWORKS}`)
})

for (const flavour of flavoursHere) {
  test(`${NETWORKS} random networks: ${flavour} gives the bytes of the reference in every hop`, async () => {
    for (let from = 0; from < NETWORKS; from += BATCH) {
      const compiled = jobs.slice(from, from + BATCH).map(job => ({ ...job, graph: forModule(job.graph) }))
      const results = await runProgram(compiled, flavour)
      for (const [i, got] of results.entries())
        assert.is(difference(got, streamed[from + i]), undefined, jobs[from + i].name)
    }
  })
}

test('a stream remembers no more than its hops need', () => {
  const stream = streamGraph(stridedNetwork('valid'), { hop: 8 })
  const remembered = stream.states!.map(({ current }) => stream.tensors[current].shape[2])
  // 18 rows are averaged, of which two are new; they need five of the rows before, of which four are new, and these 14 of the input.
  assert.equal(remembered, [6, 1, 16])
})

test('where rows see a border, the node is named; a causal form leaves them out', () => {
  const graph = stridedNetwork('same')
  assert.throws(() => streamGraph(graph, { hop: 4 }), /node "strided 0": its outer rows see the zeros/)
  assert.throws(() => streamGraph(graph, { hop: 4 }), /its causal form/)
  const causal = causalGraph(graph)
  assert.is(causal.states, undefined)
  assert.ok(streamGraph(graph, { hop: 4, causal: true }).states)
  const flat = new NetworkBuilder('flat')
  const x = flat.conv(flat.input([1, 1, 16, 2]), 3, [1, 3], 1)
  const dense = flat.graph(flat.dense(flat.flatten(x), 2))
  assert.throws(() => streamGraph(dense, { hop: 4, causal: true }), /it needs every row of "flat 0/)
})

test('a hop must lie within the window, and a stream is none again', () => {
  const graph = stridedNetwork('valid')
  for (const hop of [0, 1.5, 81]) assert.throws(() => streamGraph(graph, { hop }), /1 to 80 rows/)
  const stream = streamGraph(graph, { hop: 8 })
  assert.throws(() => streamGraph(stream, { hop: 8 }), /it is a stream already/)
})

test.run()
