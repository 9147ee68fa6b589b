import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunnableModel } from '../../src-ts/engines/engine.ts'
import { probeInputs } from '../../src-ts/engines/parity.ts'
import { flavourNames } from '../../src-ts/ops/flavour.ts'
import { ops } from '../../src-ts/ops/index.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { allCases } from '../helpers/one-node.ts'
import { difference, runProgram } from '../helpers/run-program.ts'

const INPUTS = 12
const test = suite('kernels equal their references')

for (const op of ops) test(`${op.kind} has cases`, () => assert.ok(op.cases().length > 0))

for (const flavour of flavourNames) {
  test(`every case of every op, ${flavour}`, async () => {
    const models = allCases().map(graph => ({ graph }) as RunnableModel)
    const jobs = models.map((model, i) => ({
      graph: model.graph,
      inputs: probeInputs(model, INPUTS, i),
      count: INPUTS,
    }))
    const results = await runProgram(jobs, flavour)
    for (const [i, model] of models.entries()) {
      const expected = rowRunner(model.graph)(jobs[i].inputs, INPUTS)
      assert.is(difference(results[i], expected), undefined, model.graph.name)
    }
  })
}

test.run()
