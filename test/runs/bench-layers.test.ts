import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { benchLayers } from '../../src-ts/runs/bench-layers.ts'
import { writeTflite } from '../../src-ts/tflite/index.ts'
import { tinyNetwork } from '../helpers/tiny-network.ts'

const test = suite('runs/bench-layers')
const dir = mkdtempSync(join(tmpdir(), 'holter-bench-'))
test.after(() => rmSync(dir, { recursive: true }))

test('every node that runs has a kernel and a time, and shares make a whole', async () => {
  const model = join(dir, 'tiny.tflite')
  writeFileSync(model, writeTflite(tinyNetwork()))
  const rows = await benchLayers({ model, reps: 5, flavour: 'simd' })
  assert.ok(rows.some(({ kernel, macs }) => kernel === 'conv2d-blocks' && macs > 0))
  assert.ok(rows.every(({ medianNs }) => medianNs > 0))
  assert.ok(Math.abs(rows.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9)
})

test.run()
