import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { add } from '../../src-ts/ops/add.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import { sub } from '../../src-ts/ops/sub.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { difference, runProgram } from '../../tools/random-networks/run-program.ts'
import { graphOf } from '../helpers/one-node.ts'

const test = suite('sums of two bytes as planes')

test('ADD and SUB of all 65,536 pairs give the bytes of the reference, most by a plane', async () => {
  const r = random(6)
  const shape = [1, 1, 256, 256]
  const pairs = Int8Array.from({ length: 2 * 65536 }, (_, i) => (i < 65536 ? (i & 255) - 128 : (i >> 8) & 255))
  const graphs = [add, sub].flatMap(op =>
    Array.from({ length: 8 }, (_, i) => {
      const operands = [0, 1].map(() => ({
        shape,
        scale: 0.02 * 4 ** r.uniform(),
        zeroPoint: r.integer(256) - 128,
      }))
      // Equal scales have halves, which go away from zero.
      if (i === 0) operands[1] = operands[0]
      const output = { shape, scale: i === 0 ? 2 * operands[0].scale : 0.05, zeroPoint: r.integer(256) - 128 }
      const attrs = { activation: i % 2 ? ('relu' as const) : ('none' as const) }
      return graphOf(op.kind, caseNode(`${op.kind} ${i}`, op.kind, attrs, operands, [output]))
    }),
  )
  const plan = makePlan(graphs, 'simd')
  const planes = plan.networks.filter(({ nodes }) => nodes[0].kernel!.name === 'sum-plane')
  assert.ok(planes.length >= 12, `${planes.length} of ${graphs.length}`)
  const jobs = graphs.map(graph => ({ graph, inputs: pairs, count: 1 }))
  const results = await runProgram(jobs, 'simd')
  for (const [i, graph] of graphs.entries()) {
    assert.is(difference(results[i], rowRunner(graph)(pairs, 1)), undefined, graph.name)
  }
})

test.run()
