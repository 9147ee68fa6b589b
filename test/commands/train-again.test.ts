import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { trainingMissing } from '../../src-ts/train/backend.ts'
import { testUnless } from '../helpers/environment.ts'
import { runHolter } from '../helpers/holter-process.ts'

const test = suite('training into a folder again')
const native = testUnless(trainingMissing(), 'training into a folder again', test)
const out = join(mkdtempSync(join(tmpdir(), 'holter-again-')), 'model')
const train = (network: string, ...more: string[]) =>
  runHolter(['train', network, '--epochs', '1', '--synthetic', '--threads', '1', '--out', out, ...more])

native('says that there is nothing to resume, that a model is replaced, and whose checkpoint it is', () => {
  const first = train('ecg-tiny', '--resume')
  assert.is(first.status, 0, first.stderr)
  assert.match(first.stderr, `There is no checkpoint in ${out} to resume: training begins with its first epoch.\n`)

  const again = train('ecg-tiny')
  assert.match(again.stderr, `${out} holds a trained model, which this training will replace.\n`)
  assert.not.match(again.stderr, 'no checkpoint')

  const before = readFileSync(join(out, 'model.json'))
  const other = train('ecg-mcu', '--resume')
  assert.is(other.status, 1)
  assert.match(other.stderr, /the checkpoint belongs to another network \(got ecg-tiny, expected ecg-mcu\)\. [^\n]*\n$/)
  assert.equal(readFileSync(join(out, 'model.json')), before)
  assert.ok(existsSync(join(out, 'checkpoint')))
})

test.after(() => rmSync(join(out, '..'), { recursive: true, force: true }))
test.run()
