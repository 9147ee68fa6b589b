import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunnableModel } from '../../src-ts/engines/engine.ts'
import { probeInputs } from '../../src-ts/engines/parity.ts'
import { ops } from '../../src-ts/ops/index.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { difference, flavoursHere, runProgram } from '../../tools/random-networks/run-program.ts'
import { allCases } from '../helpers/one-node.ts'

const INPUTS = 12
const test = suite('kernels equal their references')

for (const op of ops) test(`${op.kind} has cases`, () => assert.ok(op.cases().length > 0))

for (const [flavour, goal] of flavoursHere.flatMap(each => [[each, 'speed'] as const, [each, 'size'] as const])) {
  test(`every case of every op, ${flavour}, for ${goal}`, async () => {
    const models = allCases().map(graph => ({ graph }) as RunnableModel)
    const jobs = models.map((model, i) => ({
      graph: model.graph,
      inputs: probeInputs(model, INPUTS, i),
      count: INPUTS,
    }))
    const results = await runProgram(jobs, flavour, { goal })
    for (const [i, model] of models.entries()) {
      const expected = rowRunner(model.graph)(jobs[i].inputs, INPUTS)
      assert.is(difference(results[i], expected), undefined, model.graph.name)
    }
  })
}

test.run()
