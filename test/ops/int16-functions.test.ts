import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type IntType, toBytes } from '../../src-ts/ir/graph.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { python, skip } from '../helpers/environment.ts'
import { graphOf } from '../helpers/one-node.ts'
import { scaleIn } from '../helpers/random-draw.ts'
import { difference, runProgram } from '../helpers/run-program.ts'
import { type Job, runTfliteMicro } from '../helpers/tflite-micro.ts'

/** Parameter sets of each function; HOLTER_LONG=1 for 25 times as many. */
const SETS = process.env.HOLTER_LONG ? 200 : 8
const suiteName = 'functions of one int16, all 65,536 values'
const test = suite(suiteName)
const truth = python()

const everyValue = toBytes(Int16Array.from({ length: 1 << 16 }, (_, i) => i))

interface Drawn {
  readonly scale: number
  readonly outScale: number
  readonly attrs?: object
}

/** Scales of both sides, from much finer to much coarser. */
function anyScales(r: Random): Drawn {
  const scale = scaleIn(r, 1e-6, 0.1)
  return { scale, outScale: scaleIn(r, scale / 50, scale * 50) }
}

/** Scales of the sigmoids: anywhere, on a power of two, or so near one that TFLM takes it for one. */
function sigmoidScales(r: Random): Drawn {
  const nearby = 2 ** -(10 + r.integer(4)) * (1 + [0, 0, 6e-4, -6e-4, 8e-4][r.integer(5)])
  return { scale: r.integer(2) ? Math.fround(nearby) : scaleIn(r, 1e-6, 0.5), outScale: 1 / 32768 }
}

const functions: readonly [kind: string, to: IntType, draw: (r: Random) => Drawn][] = [
  ['leakyRelu', 'int16', r => ({ ...anyScales(r), attrs: { alpha: Math.fround(2 * r.uniform()) } })],
  ['logistic', 'int16', sigmoidScales],
  ['quantize', 'int16', anyScales],
  ['quantize', 'int8', r => ({ ...anyScales(r), outScale: scaleIn(r, 1e-3, 1) })],
  ['quantize', 'int32', anyScales],
  ['relu', 'int16', anyScales],
  ['relu6', 'int16', r => ({ ...anyScales(r), scale: scaleIn(r, 1e-6, 10) })],
  ['tanh', 'int16', sigmoidScales],
]

const jobs = functions.map(([kind, to, draw]) =>
  Array.from({ length: SETS }, (_, set): Job => {
    const { scale, outScale, attrs = {} } = draw(random(set, kind.length))
    const shape = [1, 1 << 16]
    const output = { shape, type: to, scale: outScale, zeroPoint: to === 'int8' ? (set % 200) - 100 : 0 }
    const node = caseNode(`set ${set}`, kind, attrs, [{ shape, type: 'int16', scale }], [output])
    return { graph: graphOf(kind, node), inputs: everyValue, count: 1 }
  }),
)
const expectedOf = ({ graph, inputs, count }: Job) => rowRunner(graph)(inputs, count)
const where = ({ graph }: Job) => `${graph.name}, scale ${graph.tensors[0].quantization!.scale[0]}`

for (const [i, [kind, to]] of functions.entries()) {
  const testName = `${kind} to ${to}: ${SETS} sets of parameters give the bytes of TFLM`
  if (!truth) {
    skip(suiteName, testName, 'no Python environment: npm run setup makes it')
    continue
  }
  test(testName, async () => {
    for (const [set, got] of (await runTfliteMicro(jobs[i])).entries()) {
      const job = jobs[i][set]
      if (typeof got === 'string') throw new Error(`tflite-micro refuses ${where(job)}: ${got}`)
      assert.is(difference(got, await expectedOf(job)), undefined, where(job))
    }
  })
}

test('scalar kernels give the bytes of the reference', async () => {
  const some = jobs.flatMap(sets => sets.slice(0, 3))
  for (const [i, got] of (await runProgram(some, 'scalar')).entries()) {
    assert.is(difference(got, await expectedOf(some[i])), undefined, where(some[i]))
  }
})

test.run()
