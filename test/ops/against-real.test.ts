import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { elements, type IntGraph, type Quantization } from '../../src-ts/ir/graph.ts'
import { quantizationFor } from '../../src-ts/ir/quantization-for.ts'
import { type CaseTensor, caseNode } from '../../src-ts/ops/parts/cases.ts'
import { erfc } from '../../src-ts/ops/parts/erfc.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { accepted } from '../../tools/random-networks/random-case.ts'
import { pick, scaleIn, sizeIn, zeroOf } from '../../tools/random-networks/random-draw.ts'
import { difference, flavoursHere, runProgram } from '../../tools/random-networks/run-program.ts'
import { graphOf } from '../helpers/one-node.ts'

const test = suite('operators of transformers against real arithmetic')

/** Nodes of each function, every one with all 256 values; random rows of the others; HOLTER_LONG=1 for a million values and more. */
const NODES = process.env.HOLTER_LONG ? 1000 : 30
const ROWS = process.env.HOLTER_LONG ? 2000 : 20

interface Drawn {
  readonly attrs?: object
  readonly inputs: readonly CaseTensor[]
  readonly output: CaseTensor
}

interface Compared {
  readonly kind: string
  /** How many steps of its output a value may be off. */
  readonly steps: number
  readonly nodes: number
  readonly rows: number
  draw(r: Random): Drawn
  /** The real outputs of one row. */
  real(inputs: readonly number[][], drawn: Drawn): number[]
}

/** A function of one int8 whose output has the range that calibration would give it. */
const unary = (kind: string, f: (x: number) => number, attrs = {}, output?: Omit<CaseTensor, 'shape'>): Compared => ({
  kind,
  steps: 1,
  nodes: NODES,
  rows: 1,
  draw(r) {
    const x = { shape: [1, 256], scale: scaleIn(r, 1e-3, 0.2), zeroPoint: zeroOf(r) }
    const values = Array.from({ length: 256 }, (_, i) => f(x.scale * (i - 128 - x.zeroPoint)))
    const { scale, zeroPoint } = quantizationFor({ min: Math.min(0, ...values), max: Math.max(0, ...values) })
    return {
      attrs,
      inputs: [x],
      output: { shape: x.shape, scale: scale[0], zeroPoint: zeroPoint[0], ...output },
    }
  },
  real: ([x]) => x.map(f),
})

const softmax: Compared = {
  kind: 'softmax',
  steps: 2,
  nodes: 30,
  rows: ROWS,
  draw(r) {
    const x = { shape: [2, sizeIn(r, 2, 260)], scale: scaleIn(r, 1e-3, 0.3), zeroPoint: zeroOf(r) }
    return { attrs: { beta: 1 }, inputs: [x], output: { shape: x.shape, scale: 1 / 256, zeroPoint: -128 } }
  },
  real: ([x], { output }) => rowsOf(x, output.shape[1]).flatMap(shares),
}

const batchMatmul: Compared = {
  kind: 'batchMatmul',
  steps: 1,
  nodes: 30,
  rows: ROWS,
  draw(r) {
    const [rows, depth, columns] = [sizeIn(r, 1, 20), pick(r, [3, 16, 24, 33]), sizeIn(r, 1, 20)]
    const adjY = r.integer(2) === 0
    const a = { shape: [2, rows, depth], scale: scaleIn(r, 1e-3, 0.2), zeroPoint: zeroOf(r) }
    const shape = adjY ? [2, columns, depth] : [2, depth, columns]
    const b = { shape, scale: scaleIn(r, 1e-3, 0.2), zeroPoint: zeroOf(r) }
    const wide = a.scale * b.scale * 73 * Math.sqrt(depth)
    const output = { shape: [2, rows, columns], scale: scaleIn(r, wide / 4, wide * 4), zeroPoint: zeroOf(r) }
    return { attrs: { adjX: false, adjY }, inputs: [a, b], output }
  },
  real([a, b], { attrs, inputs, output }) {
    const { adjY } = attrs as { adjY: boolean }
    const [batches, rows, columns] = output.shape
    const depth = inputs[0].shape[2]
    return Array.from({ length: batches * rows * columns }, (_, i) => {
      const [batch, row, column] = [Math.floor(i / columns / rows), Math.floor(i / columns) % rows, i % columns]
      let sum = 0
      for (let k = 0; k < depth; k++) {
        const right = adjY ? column * depth + k : k * columns + column
        sum += a[(batch * rows + row) * depth + k] * b[batch * depth * columns + right]
      }
      return sum
    })
  },
}

const compared: readonly Compared[] = [
  unary('gelu', x => (x / 2) * erfc(-x * Math.SQRT1_2), { approximate: false }),
  unary('gelu', x => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), {
    approximate: true,
  }),
  // TFLM, whose bytes these are, multiplies 16 bits by 16: 1.17 steps were seen.
  { ...unary('hardSwish', x => (x * Math.min(6, Math.max(0, x + 3))) / 6), steps: 1.25 },
  unary('logistic', x => 1 / (1 + Math.exp(-x)), {}, { scale: 1 / 256, zeroPoint: -128 }),
  unary('tanh', Math.tanh, {}, { scale: 1 / 128, zeroPoint: 0 }),
  softmax,
  batchMatmul,
]

const drawn = compared.map((op, which) =>
  Array.from({ length: op.nodes }, (_, seed) => {
    const node = op.draw(random(seed, which))
    const { attrs = {}, inputs, output } = node
    const made = caseNode(`${op.kind} ${seed}`, op.kind, attrs, inputs, [output])
    if (!accepted(op.kind, made)) return []
    const graph = graphOf(op.kind, made)
    const rows = rowsFor(graph, op.rows, seed)
    return [{ node, graph, inputs: rows, count: op.rows, expected: rowRunner(graph)(rows, op.rows) }]
  }).flat(),
)

for (const [which, op] of compared.entries()) {
  test(`${op.kind} ${JSON.stringify(drawn[which][0].node.attrs)}: within ${op.steps} of real arithmetic`, () => {
    let worst = 0
    for (const { node, graph, inputs, count, expected } of drawn[which]) {
      const { scale, zeroPoint } = graph.tensors[graph.outputs[0]].quantization!
      const perRow = inputs.length / count
      for (let row = 0; row < count; row++) {
        const exact = op.real(realInputs(graph, inputs.subarray(row * perRow, (row + 1) * perRow)), node)
        for (const [k, value] of exact.entries()) {
          const clamped = Math.min(127, Math.max(-128, value / scale[0] + zeroPoint[0]))
          worst = Math.max(worst, Math.abs(expected[row * exact.length + k] - clamped))
        }
      }
    }
    assert.ok(worst <= op.steps, `${worst} steps`)
  })
}

for (const flavour of flavoursHere) {
  test(`${flavour} gives the bytes of the reference`, async () => {
    const jobs = drawn.flat()
    for (const [i, got] of (await runProgram(jobs, flavour)).entries()) {
      assert.is(difference(got, jobs[i].expected), undefined, jobs[i].graph.name)
    }
  })
}

/** Every byte in turn for functions of one byte, else random bytes around a random level. */
function rowsFor(graph: IntGraph, rows: number, seed: number): Int8Array {
  const r = random(seed, 77)
  const bytes = graph.inputs.reduce((sum, i) => sum + elements(graph.tensors[i].shape), 0)
  if (rows === 1) return Int8Array.from({ length: bytes }, (_, i) => i)
  return Int8Array.from({ length: rows * bytes }, (_, i) => (i % (2 * bytes) < bytes ? i * 37 : 90) + r.integer(30))
}

function realInputs(graph: IntGraph, row: Int8Array): number[][] {
  let from = 0
  return graph.inputs.map(index => {
    const { shape, quantization } = graph.tensors[index]
    const start = from
    from += elements(shape)
    return Array.from(row.subarray(start, from), q => toReal(q, quantization!))
  })
}

function toReal(q: number, { scale, zeroPoint }: Quantization): number {
  return scale[0] * (q - zeroPoint[0])
}

function rowsOf(values: readonly number[], length: number): number[][] {
  return Array.from({ length: values.length / length }, (_, row) => values.slice(row * length, (row + 1) * length))
}

function shares(row: readonly number[]): number[] {
  const largest = Math.max(...row)
  const powers = row.map(x => Math.exp(x - largest))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map(power => power / sum)
}

test.run()
