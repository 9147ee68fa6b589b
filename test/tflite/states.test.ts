import type { Builder } from 'flatbuffers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { printGraph } from '../../src-ts/ir/print.ts'
import { streamGraph } from '../../src-ts/passes/streaming/stream.ts'
import { random } from '../../src-ts/random.ts'
import { rowStream } from '../../src-ts/reference/run.ts'
import { readTflite, writeTflite } from '../../src-ts/tflite/index.ts'
import { randomInt16Stream, randomStream } from '../../tools/random-networks/random-stream.ts'
import { difference } from '../../tools/random-networks/run-program.ts'
import { python, skip } from '../helpers/environment.ts'
import { logisticFile, type RawFile, rawTflite } from '../helpers/raw-tflite.ts'
import { runTfliteMicro } from '../helpers/tflite-micro.ts'

/** HOLTER_LONG=1 for all 200. */
const NETWORKS = process.env.HOLTER_LONG ? 200 : 40
const HOPS = 50
const suiteName = 'tflite states'
const test = suite(suiteName)

const streams = Array.from({ length: NETWORKS }, (_, seed): IntGraph => {
  const { graph, hop } = seed % 4 === 3 ? randomInt16Stream(seed) : randomStream(seed)
  return streamGraph(graph, { hop })
})

test('states are variables of the file, and become states again', () => {
  for (const graph of streams) {
    const file = writeTflite(graph)
    const named = { ...graph, nodes: graph.nodes.map(node => ({ ...node, name: graph.tensors[node.outputs[0]].name })) }
    assert.is(printGraph(readTflite(file, graph.name)), printGraph(named))
  }
})

const testName = `${NETWORKS} random streams × ${HOPS} hops: tflite-micro gives the bytes of the reference in every hop`
if (python()) {
  test(testName, async () => {
    const jobs = streams.map((graph, seed) => {
      const draw = random(seed, 8)
      const inputs = Int8Array.from({ length: HOPS * rowBytes(graph, graph.inputs) }, () => draw.integer(256))
      return { graph, inputs, count: HOPS, stream: true } as const
    })
    for (const [i, got] of (await runTfliteMicro(jobs)).entries()) {
      const { graph, inputs } = jobs[i]
      if (typeof got === 'string') throw new Error(`tflite-micro refuses ${graph.name}: ${got}`)
      assert.is(difference(got, rowStream(graph).push(inputs, HOPS)), undefined, graph.name)
    }
  })
} else skip(suiteName, testName, 'no Python environment: npx holter setup python makes it')

/** A variable in front of the LOGISTIC: it is assigned, then read. */
function assignedThenRead(): RawFile {
  const file = logisticFile()
  const [x] = file.tensors
  const name = (options: Builder) => {
    const shared = options.createString('variable')
    options.startObject(2)
    options.addFieldOffset(1, shared, 0)
    return options.endObject()
  }
  return {
    ...file,
    codes: [...file.codes, ...[142, 143, 144].map(code => ({ old: 127, code }))],
    tensors: [...file.tensors, { shape: [], type: 13, name: 'handle' }, { ...x, name: 'read' }],
    nodes: [
      { code: 1, outputs: [2], optionsType: 111, options: name },
      { code: 3, inputs: [2, 0], outputs: [] },
      { code: 2, inputs: [2], outputs: [3] },
      { code: 0, inputs: [3], outputs: [1] },
    ],
  }
}

test('a variable that is read after it is assigned is no state, but what was assigned', () => {
  const graph = readTflite(rawTflite(assignedThenRead()), 'file')
  assert.is(graph.states, undefined)
  assert.equal(
    graph.nodes.map(({ op, inputs }) => [op, ...inputs]),
    [['logistic', ...graph.inputs]],
  )
})

test('a variable that is only read keeps its start', () => {
  const file = assignedThenRead()
  const { nodes = [] } = file
  const graph = readTflite(rawTflite({ ...file, nodes: [nodes[0], nodes[2], nodes[3]] }), 'file')
  assert.equal(graph.states, [{ current: 2, next: 2 }])
})

test('a handle that nobody made is named', () => {
  const file = assignedThenRead()
  const odd = rawTflite({ ...file, nodes: file.nodes!.slice(1) })
  assert.throws(() => readTflite(odd, 'file'), /node 0: reads or assigns no known variable/)
})

test.run()
