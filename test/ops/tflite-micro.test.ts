import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { ops } from '../../src-ts/ops/index.ts'
import type { Op } from '../../src-ts/ops/op.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { isAllInt16, withInt16 } from '../../tools/random-networks/int16-network.ts'
import { randomCase } from '../../tools/random-networks/random-case.ts'
import { difference } from '../../tools/random-networks/run-program.ts'
import { python, skip } from '../helpers/environment.ts'
import { graphOf } from '../helpers/one-node.ts'
import { type Job, runTfliteMicro } from '../helpers/tflite-micro.ts'

const suiteName = 'ops by tflite-micro'
const test = suite(suiteName)
const truth = python()

/** Nodes of each op; HOLTER_LONG=1 for ten times as many. Ops of one byte see all 256 values, with 200 sets of parameters. */
const NODES = process.env.HOLTER_LONG ? 400 : 40
const TABLES = Math.max(NODES, 200)
const nodesOf = (op: Op) => ('table' in op.prepare(op.cases()[0].node) ? TABLES : NODES)

/** Rows that hold every byte first, then random ones. */
function randomJob(graph: IntGraph, stream: Random): Job {
  const count = 3
  const bytes = rowBytes(graph, graph.inputs)
  const inputs = Int8Array.from({ length: bytes * count }, (_, i) => (i < bytes ? i : stream.integer(256)))
  return { graph, count, inputs }
}

/** Ops whose bytes are those of another program, or of a form in their own test, are compared there. */
const compared = ops.filter(op => op.truth === 'tflite-micro')

const jobs = compared.flatMap((op, which) =>
  Array.from({ length: nodesOf(op) }, (_, seed) => {
    const { kind } = op
    const stream = random(seed, which)
    const graph = graphOf(kind, randomCase(kind, `seed ${seed}`, stream))
    const wide = withInt16(graph)
    const both = seed < NODES && op.inputTypes?.includes('int16') && isAllInt16(wide) ? [graph, wide] : [graph]
    return both.map(each => ({ kind, ...randomJob(each, stream) }))
  }).flat(),
)
let results: (Int8Array | string)[] = []

// One Python process for all: its start costs more than the nodes.
test.before(async () => {
  if (truth) results = await runTfliteMicro(jobs)
})

for (const op of compared) {
  const { kind } = op
  const int16 = op.inputTypes?.includes('int16') ? `, and ${NODES} of int16,` : ''
  const testName = `${kind}: ${nodesOf(op)} random nodes${int16} give the bytes of TFLM`
  if (!truth) {
    skip(suiteName, testName, 'no Python environment: npm run setup makes it')
    continue
  }
  test(testName, async () => {
    for (const [i, { graph, inputs, count, kind: own }] of jobs.entries()) {
      if (own !== kind) continue
      if (typeof results[i] === 'string') throw new Error(`tflite-micro refuses ${graph.name}: ${results[i]}`)
      const expected = rowRunner(graph)(inputs, count)
      assert.is(difference(results[i], expected), undefined, `${graph.name}: ${JSON.stringify(graph.nodes[0].attrs)}`)
    }
  })
}

test.run()
