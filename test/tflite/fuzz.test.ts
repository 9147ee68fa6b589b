import { isDeepStrictEqual } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import { elements } from '../../src-ts/ir/graph.ts'
import { streamGraph } from '../../src-ts/passes/streaming/stream.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { prepareGraph } from '../../src-ts/reference/prepare.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { allCases } from '../helpers/one-node.ts'
import { logisticFile, rawTflite } from '../helpers/raw-tflite.ts'
import { stridedNetwork } from '../helpers/stream-network.ts'

const test = suite('tflite fuzz')

/** Set HOLTER_LONG=1 for all 10⁵ mutations; the default is a sample of them. */
const mutations = process.env.HOLTER_LONG ? 100_000 : 5_000

function validFiles(): Uint8Array[] {
  const cases = allCases().map(graph => writeTflite(graph))
  const metadata = [{ name: 'holter', buffer: 1 }]
  const record =
    '{"version":1,"task":"t","labels":["a"],"leads":["I"],"sampleRateHz":100,"samples":4,"unit":"mV",' +
    '"mean":0,"deviation":1,"thresholds":[0.5],"rounding":"tflm-double","provenance":{}}'
  const signature = { inputs: [['in', 0]] as [string, number][], outputs: [['out', 1]] as [string, number][] }
  const buffers = [undefined, new TextEncoder().encode(record)]
  const stream = streamGraph(stridedNetwork('valid'), { hop: 4 })
  const [first, ...others] = stream.states!
  const size = elements(stream.tensors[first.current].shape)
  const started = { ...stream, states: [{ ...first, start: new Int8Array(size).fill(9) }, ...others] }
  return [...cases, writeTflite(started), rawTflite({ ...logisticFile(), buffers, metadata, signature })]
}

/** Returns a damaged copy: flipped bytes, edited offsets and lengths, cut ends, moved, inserted and removed pieces. */
function mutate(file: Uint8Array, stream: Random): Uint8Array {
  let bytes = file.slice()
  for (let step = stream.integer(4); step >= 0; step--) {
    const at = stream.integer(bytes.length)
    const kind = stream.integer(7)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const word = at & ~3
    if (kind === 0) bytes[at] ^= 1 << stream.integer(8)
    else if (kind === 1) bytes[at] = stream.integer(256)
    else if (kind === 2 && word + 4 <= bytes.length) {
      const values = [
        0,
        1,
        -1,
        0x7fffffff,
        -0x80000000,
        bytes.length,
        stream.integer(bytes.length),
        -stream.integer(bytes.length),
      ]
      view.setInt32(word, values[stream.integer(values.length)], true)
    } else if (kind === 3 && word + 4 <= bytes.length) {
      view.setInt32(word, view.getInt32(word, true) + stream.integer(65) - 32, true)
    } else if (kind === 4) bytes.copyWithin(at, stream.integer(bytes.length), stream.integer(bytes.length))
    else if (kind === 5) bytes = bytes.slice(0, at + 1)
    else if (kind === 6) {
      const from = stream.integer(bytes.length)
      const piece = bytes.slice(from, from + stream.integer(32))
      bytes = Uint8Array.from([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at + stream.integer(32))])
    }
    if (bytes.length === 0) return bytes
  }
  return bytes
}

/** Runs work that may refuse what it is given, in one clear line; any other error is a fault. */
function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof HolterError)) throw error
    assert.match(error.message, /^\[(tflite|ops)\] .{0,2000}$/)
    return undefined
  }
}

/** Reads a file from anywhere: either HolterError, or a graph that can be written and read again. Says which. */
function survives(bytes: Uint8Array): 'refused' | 'read' {
  const graph = unlessRefused(() => readTflite(bytes, 'fuzz.tflite'))
  if (!graph) return 'refused'
  const { warnings, signature, borders, ...plain } = graph
  const again = readTflite(writeTflite(plain), 'fuzz.tflite')
  assert.ok(isDeepStrictEqual(again, plain), 'a graph that was read changes when it is written')
  unlessRefused(() => prepareGraph(graph))
  return 'read'
}

test(`${mutations} damaged files end in HolterError or a valid graph`, () => {
  const files = validFiles()
  const count = { refused: 0, read: 0 }
  for (let seed = 0; seed < mutations; seed++) {
    const stream = random(seed, 4)
    const bytes = mutate(files[stream.integer(files.length)], stream)
    try {
      count[survives(bytes)]++
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).stack}`)
    }
  }
  // Both ends must be met often, else the mutations are too tame or too wild to say anything.
  assert.ok(count.refused > mutations / 20 && count.read > mutations / 20, JSON.stringify(count))
})

test('a file that names one tensor a million times is refused before it costs memory or time', () => {
  const base = logisticFile()
  const tensors = [...base.tensors, { ...base.tensors[0], name: 'n'.repeat(100_000) }]
  const bytes = rawTflite({ ...base, tensors, repeat: 1_000_000 })
  const [time, heap] = [performance.now(), process.memoryUsage().heapUsed]
  assert.throws(() => readTflite(bytes, 'bomb.tflite'), /holds more than its size allows/)
  const grown = process.memoryUsage().heapUsed - heap
  assert.ok(grown < 4 * bytes.length, `heap grew by ${grown} bytes for ${bytes.length}`)
  // About 30 ms on one core; a quadratic reader would take minutes.
  assert.ok(performance.now() - time < 3000)
})

test('a list that claims two billion entries is refused', () => {
  const bytes = rawTflite(logisticFile())
  const view = new DataView(bytes.buffer)
  for (let at = 8; at + 4 <= bytes.length; at += 4) {
    const damaged = bytes.slice()
    new DataView(damaged.buffer).setUint32(at, 0x7fffffff, true)
    survives(damaged)
    new DataView(damaged.buffer).setUint32(at, view.getUint32(at, true) | 0x40000000, true)
    survives(damaged)
  }
})

test.run()
