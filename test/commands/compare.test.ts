import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { wasmtime } from '../../src-ts/engines/wasmtime.ts'
import { runHolter } from '../helpers/holter-process.ts'
import { writeSmallPtbXl } from '../helpers/small-ptb-xl.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('holter compare')
const native = withTfjs('holter compare', test)
const dir = mkdtempSync(join(tmpdir(), 'holter-compare-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))
const data = join(dir, 'ptb-xl')
writeSmallPtbXl(data)
const float = fileURLToPath(new URL('../../models/ecg-tiny', import.meta.url))

native('float and integer models, and seeds as one row, with what each takes', () => {
  const models = [float, 'ecg-tiny', 'ecg-tiny,ecg-mcu']
  const { status, stdout, stderr } = runHolter(['compare', ...models, '--data', data, '--json'])
  assert.is(status, 0, stderr)
  const { rows } = JSON.parse(stdout)
  assert.equal(
    rows.map(({ models }: { models: string[] }) => models.join()),
    models,
  )
  const [real, integer, seeds] = rows
  assert.equal([real.precision, integer.precision], ['float', 'int8'])
  assert.is(real.parameters, 28_389)
  assert.is(real.difference, undefined)
  assert.is(integer.fileBytes, seeds.fileBytes, 'sizes are those of the first seed')
  assert.ok(integer.fileBytes < integer.moduleBytes && integer.moduleBytes < real.fileBytes)
  assert.ok(integer.macs > 0 && integer.nonZeroWeights <= integer.parameters)
  assert.is(integer.minNs > 0, wasmtime.missing() === undefined)
  assert.ok(Math.abs(integer.difference.mean - (integer.scores.mean - real.scores.mean)) < 1e-12)
  assert.is(seeds.scores.values.length, 2)
})

test('models of different tasks are refused', () => {
  const { status, stderr } = runHolter(['compare', 'ecg-tiny', 'beat-rr', '--data', data])
  assert.is(status, 1)
  assert.match(
    stderr,
    /^\[evaluate\] .*beat-rr.*: the models were made for different tasks \(got .*, expected ptbxl-superclass\)/m,
  )
})

test.run()
