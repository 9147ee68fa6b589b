import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import { flavourNames } from '../../src-ts/ops/flavour.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { readTflite } from '../../src-ts/tflite/index.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { python, skip } from '../helpers/environment.ts'
import { randomInt16Network, randomNetwork } from '../helpers/random-network.ts'
import { difference, type Rows, runProgram } from '../helpers/run-program.ts'
import { runTfliteMicro } from '../helpers/tflite-micro.ts'

/** HOLTER_LONG=1 for all 300, and 150 more with int16 activations. */
const INT8_NETWORKS = process.env.HOLTER_LONG ? 300 : 60
const NETWORKS = process.env.HOLTER_LONG ? 450 : 90
const INPUTS = 8
const BATCH = 60
const suiteName = 'random networks'
const test = suite(suiteName)
const truth = python()

const jobs = Array.from({ length: NETWORKS }, (_, seed): Rows => {
  const graph = seed < INT8_NETWORKS ? randomNetwork(seed) : randomInt16Network(seed)
  const stream = random(seed, 99)
  const inputs = Int8Array.from({ length: INPUTS * rowBytes(graph, graph.inputs) }, () => stream.integer(256))
  return { graph, inputs, count: INPUTS }
})
const expected = jobs.map(({ graph, inputs }) => rowRunner(graph)(inputs, INPUTS))
const where = (i: number) => {
  const option = i < INT8_NETWORKS ? '' : ' --int16'
  return `${jobs[i].graph.name}; tools/fuzz --seed ${i} --count 1${option} shows its first wrong node`
}

test('they cover all ops, several inputs and several outputs', () => {
  const kinds = new Set(jobs.flatMap(({ graph }) => graph.nodes.map(node => node.op)))
  assert.ok(kinds.size >= 35, `${kinds.size} ops`)
  assert.ok(jobs.some(({ graph }) => graph.inputs.length > 1) && jobs.some(({ graph }) => graph.outputs.length > 1))
  const wide = new Set(
    jobs.flatMap(({ graph }) => graph.nodes.filter(n => graph.tensors[n.outputs[0]].type === 'int16').map(n => n.op)),
  )
  assert.ok(wide.size >= 28, `${wide.size} ops of int16`)
})

for (const flavour of flavourNames) {
  test(`${NETWORKS} networks × ${INPUTS} inputs: ${flavour} gives the bytes of the reference`, async () => {
    for (let from = 0; from < NETWORKS; from += BATCH) {
      const results = await runProgram(jobs.slice(from, from + BATCH), flavour)
      for (const [i, got] of results.entries()) {
        assert.is(difference(got, expected[from + i]), undefined, where(from + i))
      }
    }
  })
}

test('written and read back, they are the same networks', () => {
  for (const [i, { graph }] of jobs.entries()) {
    const file = writeTflite(graph)
    assert.ok(Buffer.from(writeTflite(readTflite(file, graph.name))).equals(Buffer.from(file)), where(i))
  }
})

const testName = `${NETWORKS} networks × ${INPUTS} inputs: tflite-micro gives the bytes of the reference`
if (truth) {
  test(testName, async () => {
    for (const [i, got] of (await runTfliteMicro(jobs)).entries()) {
      if (typeof got === 'string') throw new Error(`tflite-micro refuses ${where(i)}: ${got}`)
      assert.is(difference(got, expected[i]), undefined, where(i))
    }
  })
} else skip(suiteName, testName, 'no Python environment: npm run setup makes it')

test.run()
