import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { benchLayers } from '../../src-ts/runs/bench-layers.ts'

const test = suite('runs/bench-layers')
const model = new URL('../../models/beat-rr.tflite', import.meta.url).pathname

test('every node that runs has a kernel and a time, and shares make a whole', async () => {
  const rows = await benchLayers({ model, reps: 5, flavour: 'simd' })
  assert.ok(rows.some(({ kernel, macs }) => kernel.startsWith('conv2d-') && macs > 0))
  assert.ok(rows.every(({ medianNs }) => medianNs > 0))
  assert.ok(Math.abs(rows.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9)
})

test.run()
