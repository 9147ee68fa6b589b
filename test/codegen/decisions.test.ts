import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { headerText } from '../../src-ts/codegen/artefacts.ts'
import { emitProgram } from '../../src-ts/codegen/emit.ts'
import { manifestOf } from '../../src-ts/codegen/manifest.ts'
import type { Metadata } from '../../src-ts/ir/metadata.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { tinyNetwork } from '../helpers/tiny-network.ts'

const test = suite('codegen/decisions')

const metadata: Metadata = {
  version: 1,
  task: 'made-up',
  kind: 'multi-label',
  labels: ['N', 'S', 'V'],
  leads: ['A', 'B'],
  sampleRateHz: 100,
  samples: 8,
  unit: 'mV',
  mean: 0,
  deviation: 1,
  thresholds: [0.5, 0.3, 0.7],
  rounding: 'tflm-double',
  provenance: {},
}

const manifestFor = (kind: Metadata['kind']) =>
  manifestOf(emitProgram(makePlan([{ ...tinyNetwork(), metadata: { ...metadata, kind } }], 'scalar'), 'test'), 'abc')

test('independent labels: a table of sigmoids, and a threshold for each output', () => {
  const manifest = manifestFor('multi-label')
  assert.is(manifest.probabilities?.length, 256)
  const [{ zeroPoint, scale }] = manifest.outputs
  assert.is(manifest.probabilities![zeroPoint + 128], 0.5)
  assert.is(manifest.probabilities![zeroPoint + 128 + 10], Number((1 / (1 + Math.exp(-10 * scale))).toFixed(6)))
  assert.match(headerText(manifest, 'tiny'), /_thresholds\[\] = \{4, 0, 9\};/)
})

test('labels that exclude each other get neither: a sigmoid of one softmax logit says nothing', () => {
  const manifest = manifestFor('single-label')
  assert.is(manifest.probabilities, undefined)
  const header = headerText(manifest, 'tiny')
  assert.not.match(header, 'thresholds[]')
  assert.match(header, 'the largest output value names the label')
})

test.run()
