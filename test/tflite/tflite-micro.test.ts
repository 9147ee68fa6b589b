import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { python, skip } from '../helpers/environment.ts'
import { allCases } from '../helpers/one-node.ts'
import { type Job, runTfliteMicro } from '../helpers/tflite-micro.ts'
import { undefinedInTflm } from '../helpers/undefined-in-tflm.ts'

const suiteName = 'tflite by tflite-micro'
const testName = 'a file that writeTflite makes of any case gives the bytes of the reference'
const test = suite(suiteName)
const truth = python()

function randomJob(graph: IntGraph, count: number): Job {
  const bytes = rowBytes(graph, graph.inputs)
  const stream = random(3, bytes)
  return { graph, count, inputs: Int8Array.from({ length: bytes * count }, () => stream.integer(256) - 128) }
}

if (truth) {
  test(testName, async () => {
    const jobs = allCases()
      .filter(graph => !undefinedInTflm(graph))
      .map(graph => randomJob(graph, 8))
    const results = await runTfliteMicro(jobs)
    for (const [i, { graph, inputs, count }] of jobs.entries()) {
      if (typeof results[i] === 'string') throw new Error(`tflite-micro refuses ${graph.name}: ${results[i]}`)
      const expected = rowRunner(graph)(inputs, count)
      assert.equal(results[i], expected, graph.name)
    }
  })
} else skip(suiteName, testName, 'no Python environment: npm run setup makes it')

test.run()
