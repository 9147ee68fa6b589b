import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fromBytes, type IntGraph, limitsOf, toBytes } from '../../src-ts/ir/graph.ts'
import { layerNormalization } from '../../src-ts/ops/layer-normalization.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { pick, scaleIn, sizeIn, zeroOf } from '../../tools/random-networks/random-draw.ts'
import { difference, flavoursHere, runProgram } from '../../tools/random-networks/run-program.ts'
import { graphOf } from '../helpers/one-node.ts'

const test = suite('layer normalization')

/** Rows; HOLTER_LONG=1 for a million. */
const ROWS = process.env.HOLTER_LONG ? 1_000_000 : 4_000
const NODES = 40
const ROWS_PER_NODE = ROWS / NODES

interface Job {
  readonly graph: IntGraph
  readonly inputs: Int8Array
  readonly count: number
}

/** Nodes whose rows are of every spread: from all alike to both extremes. */
const jobs = Array.from({ length: NODES }, (_, seed): Job => {
  const r = random(seed, 16)
  const type = seed % 4 ? ('int8' as const) : ('int16' as const)
  const shape = [1, pick(r, [1, 2, 3, 8, 13, 48, 64, 100, 192])]
  const largest = Math.sqrt(shape[1])
  const scale = type === 'int8' ? scaleIn(r, 1e-3, 2) : scaleIn(r, 1e-4, 2e-3)
  const outScale = type === 'int8' ? scaleIn(r, largest / 1000, largest / 60) : largest / 30000
  const zero = () => (type === 'int8' ? zeroOf(r) : 0)
  const attrs = { epsilon: Math.fround(pick(r, [0, 1e-6, 1e-3, 0.1])) }
  const output = { shape, type, scale: outScale, zeroPoint: zero() }
  const node = caseNode(`${seed}`, 'layerNormalization', attrs, [{ shape, type, scale, zeroPoint: zero() }], [output])
  const rows = Array.from({ length: ROWS_PER_NODE }, () => Array.from(randomRow(r, shape[1], limitsOf(output)))).flat()
  const inputs = toBytes(type === 'int8' ? Int8Array.from(rows) : Int16Array.from(rows))
  return { graph: graphOf('layerNormalization', node), inputs, count: ROWS_PER_NODE }
})
const expected = jobs.map(({ graph, inputs, count }) => rowRunner(graph)(inputs, count))

function randomRow(r: Random, length: number, { min, max }: { min: number; max: number }): number[] {
  const width = sizeIn(r, 0, pick(r, [1, 4, 100, max]))
  const middle = sizeIn(r, min + width, max - width)
  return Array.from({ length }, () => middle + sizeIn(r, -width, width))
}

/** Rows of a job as numbers with what the node makes of them. */
function* rowsOf({ graph, inputs }: Job, outputs: Int8Array) {
  const [x, y] = graph.tensors
  const [given, made] = [fromBytes(inputs, x.type), fromBytes(outputs, y.type)].map(data => Array.from(data, Number))
  const length = x.shape[1]
  for (let at = 0; at < given.length; at += length) yield [given.slice(at, at + length), made.slice(at, at + length)]
}

test(`${ROWS} random rows are within one step of real arithmetic`, () => {
  for (const [i, job] of jobs.entries()) {
    const [x, y] = job.graph.tensors.map(t => t.quantization!)
    const { min, max } = limitsOf(job.graph.tensors[1])
    const { epsilon } = job.graph.nodes[0].attrs as { epsilon: number }
    for (const [given, made] of rowsOf(job, expected[i])) {
      const real = given.map(q => x.scale[0] * (q - x.zeroPoint[0]))
      const mean = real.reduce((a, b) => a + b) / real.length
      const variance = real.reduce((a, b) => a + (b - mean) ** 2, 0) / real.length
      for (const [k, value] of real.entries()) {
        const normal = value === mean ? 0 : (value - mean) / Math.sqrt(variance + epsilon)
        const exact = Math.min(max, Math.max(min, normal / y.scale[0] + y.zeroPoint[0]))
        assert.ok(Math.abs(made[k] - exact) <= 1, `${job.graph.name}: ${made[k]} for ${exact} of [${given}]`)
      }
    }
  }
})

test('the same bytes come of an independent form in whole numbers of any size', () => {
  for (const [i, job] of jobs.entries()) {
    const form = independentForm(job.graph)
    for (const [given, made] of [...rowsOf(job, expected[i])].slice(0, 1000)) assert.equal(form(given), made)
  }
})

for (const flavour of flavoursHere) {
  test(`${flavour}: ${ROWS} random rows give the bytes of the reference`, async () => {
    for (const [i, got] of (await runProgram(jobs, flavour)).entries()) {
      assert.is(difference(got, expected[i]), undefined, jobs[i].graph.name)
    }
  })
}

test('a file keeps epsilon as a custom option', () => {
  fc.assert(
    fc.property(fc.float({ min: 0, max: 1, noNaN: true }), epsilon => {
      const [{ name, node }] = layerNormalization.cases()
      const graph = graphOf('layerNormalization', { name, node: { ...node, attrs: { epsilon } } })
      assert.equal(readTflite(writeTflite(graph), 'net.tflite'), graph)
    }),
    { numRuns: 20 },
  )
})

test('what 64 bits cannot hold is refused', () => {
  const [{ node }] = layerNormalization.cases()
  const [x] = node.inputs
  const [y] = node.outputs
  const long = { ...node, inputs: [{ ...x!, shape: [1, 5000] }], outputs: [{ ...y, shape: [1, 5000] }] }
  const fine = { ...y, quantization: { ...y.quantization!, scale: [1e-8] } }
  assert.throws(() => layerNormalization.prepare(long), /too long.*5000.*at most 4096/s)
  assert.throws(() => layerNormalization.prepare({ ...node, attrs: { epsilon: -1 } }), /epsilon does not fit/)
  assert.throws(() => layerNormalization.prepare({ ...node, attrs: { epsilon: 1e20 } }), /epsilon does not fit/)
  assert.throws(() => layerNormalization.prepare({ ...node, outputs: [fine] }), /do not fit the output scale/)
})

/** docs/operators.md, step by step in BigInt: shares nothing with the operator but the real numbers of the file. */
function independentForm(graph: IntGraph): (row: readonly number[]) => number[] {
  const [x, y] = graph.tensors.map(t => t.quantization!)
  const { min, max } = limitsOf(graph.tensors[1])
  const n = graph.tensors[0].shape[1]
  const { epsilon } = graph.nodes[0].attrs as { epsilon: number }
  const offset = BigInt(Math.round((epsilon * n ** 2 * 256) / x.scale[0] ** 2))
  const [factor, raised] = mantissa(16 / y.scale[0])
  return row => {
    const q = row.map(BigInt)
    const sum = q.reduce((a, b) => a + b)
    const squares = q.reduce((a, b) => a + b * b, 0n)
    let spread = (BigInt(n) * squares - sum * sum) * 256n + offset
    let exponent = raised
    for (; spread >= 1n << 29n; exponent--) spread /= 4n
    let root = (1n << 31n) - 1n
    if (spread > 1n) {
      for (exponent -= 11; spread < 1n << 27n; exponent++) spread *= 4n
      root = 1n << 28n
      const half = (spread + 2n) >> 2n
      for (let step = 0; step < 5; step++) {
        const cube = high(high(root, root), root) << 6n
        root = (high(3n << 27n, root) - high(half, cube)) << 3n
      }
      root = high(root, 1518500250n)
    }
    const scale = high(root, factor)
    return q.map(value => {
      const distance = BigInt(n) * value - sum
      const product = exponent > 0 ? high(distance << BigInt(exponent), scale) : high(distance, scale)
      const rounded = exponent < 0 ? nearest(product, 1n << BigInt(-exponent)) : product
      return Math.min(max, Math.max(min, Number(rounded) + y.zeroPoint[0]))
    })
  }
}

/** a · b / 2³¹, halves up. */
function high(a: bigint, b: bigint): bigint {
  return (a * b + (1n << 30n)) >> 31n
}

/** a / b to the nearest, halves away from zero. */
function nearest(a: bigint, b: bigint): bigint {
  const magnitude = ((a < 0n ? -a : a) * 2n + b) / (2n * b)
  return a < 0n ? -magnitude : magnitude
}

/** A real factor as a whole number below 2³¹ and an exponent. */
function mantissa(value: number): [bigint, number] {
  const exponent = Math.floor(Math.log2(value)) + 1
  return [BigInt(Math.round(value * 2 ** (31 - exponent))), exponent]
}

test.run()
