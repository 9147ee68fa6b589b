import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunnableModel } from '../../src-ts/engines/engine.ts'
import { probeInputs } from '../../src-ts/engines/parity.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { difference, runProgram } from '../../tools/random-networks/run-program.ts'
import { laneKinds, randomLaneNode } from '../helpers/random-lane-node.ts'

/** Nodes of one module, and modules. HOLTER_LONG=1 tries forty times as many. */
const NODES = 120
const MODULES = process.env.HOLTER_LONG ? 40 : 1
const INPUTS = 5

const test = suite('kernels of several lanes equal their references')

for (const kind of laneKinds()) {
  test(`${kind} of random sizes and scales`, async () => {
    for (let seed = 0; seed < MODULES; seed++) {
      const r = random(seed, 77)
      const jobs = Array.from({ length: NODES }, () => {
        const graph = randomLaneNode(kind, r)
        return { graph, inputs: probeInputs({ graph } as RunnableModel, INPUTS, seed), count: INPUTS }
      })
      const results = await runProgram(jobs, 'simd')
      for (const [i, { graph, inputs }] of jobs.entries()) {
        const expected = rowRunner(graph)(inputs, INPUTS)
        assert.is(
          difference(results[i], expected),
          undefined,
          `${graph.name}, seed ${seed}: ${JSON.stringify(graph.nodes[0].attrs)}`,
        )
      }
    }
  })

  test(`${kind}: most random nodes get the kernel of several lanes`, () => {
    const r = random(5, 78)
    const plans = Array.from({ length: 40 }, () => makePlan([randomLaneNode(kind, r)], 'simd').networks[0].nodes[0])
    const lanes = plans.filter(({ kernel }) => /lanes|pairs|blocks|max-pool/.test(kernel!.name))
    assert.ok(lanes.length >= 20, `${lanes.length} of 40`)
  })
}

test.run()
