import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../src-ts/errors.ts'
import { root } from '../src-ts/places.ts'
import { modelPath, shippedModels } from '../src-ts/shipped-models.ts'

const test = suite('models that ship')
const dir = mkdtempSync(join(tmpdir(), 'holter-shipped-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))

const refusal = (given: string, form: 'int8' | 'float'): string => {
  try {
    modelPath(given, form)
  } catch (error) {
    assert.instance(error, HolterError)
    return (error as Error).message
  }
  throw new Error(`${given} was taken`)
}

test('a name is a file, or the folder of a float model', () => {
  assert.is(modelPath('ecg-tiny', 'int8'), join(root, 'models', 'ecg-tiny.tflite'))
  assert.is(modelPath('ecg-tiny', 'float'), join(root, 'models', 'ecg-tiny'))
  assert.ok(shippedModels().includes('beat-rr'))
})

test('what reads like a path is one, whether it is there or not', () => {
  for (const path of ['ecg-tiny.tflite', './ecg-tiny', 'models/ecg-tiny', 'x.keras', 'a\\b'])
    assert.is(modelPath(path, 'int8'), path)
})

test('a near miss gets a suggestion, and a model whose files do not ship is explained', () => {
  assert.match(refusal('ecg-tinny', 'int8'), /^\[usage\] ecg-tinny: there is no such file, .* Did you mean ecg-tiny\?$/)
  assert.match(refusal('zzzzzzzzzz', 'float'), /^\[usage\] zzzzzzzzzz: .*\(expected attention-cnn, .*\)\.$/)
  assert.match(refusal('cnn1d-teacher', 'int8'), /its card ships, but its \.tflite file is not here/)
  assert.match(
    refusal('inception-cnn', 'float'),
    /its float model is not here\. models\/inception-cnn\.md has the command/,
  )
})

test('a file wins over a name, and a folder does where folders are models', () => {
  copyFileSync(join(root, 'models/beat-rr.tflite'), join(dir, 'ecg-tiny'))
  mkdirSync(join(dir, 'beat-rr'))
  const holter = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'tools/holter.mjs'), ...args], { cwd: dir, encoding: 'utf8' })
  const weights = (model: string) => /^weights +([\d,]+)/m.exec(holter('inspect', model).stdout)?.[1]
  assert.is(weights('ecg-tiny'), weights('beat-rr'), 'a folder is no int8 model')
  assert.match(holter('evaluate', 'beat-rr').stderr, /beat-rr\/model\.json: cannot be read|tfjs-node is not installed/)
})

test.run()
