import { existsSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { importModel } from '../../src-ts/runs/import.ts'
import { verify } from '../../src-ts/runs/verify.ts'
import { missingConverter } from '../../src-ts/tflite/convert.ts'
import { testUnless } from '../helpers/environment.ts'
import { foreignModels } from '../helpers/foreign-models.ts'

const missing = missingConverter()
const test = suite('import of Keras models')
const scene = testUnless(missing, 'import of Keras models', test)
const at = missing ? (name: string) => name : foreignModels('keras')

/** What int8 may cost a network of a few layers, of random weights, on noise. */
const LEAST_DECIBELS = 25

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing was refused',
    error => (error as Error).message,
  )
}

const models = [
  { file: 'convolutions.keras', calibrate: ['convolutions'] },
  { file: 'depthwise.h5', calibrate: ['depthwise'] },
  { file: 'residual', calibrate: ['residual-age', 'residual-ecg'] },
]

scene('a .keras file, a .h5 file and a SavedModel become int8 files that every engine runs alike', async () => {
  const imported = await Promise.all(
    models.map(async ({ file, calibrate }) => {
      const out = `${at(file)}.tflite`
      const arrays = calibrate.map(name => at(`${name}.npy`))
      return { out, ...(await importModel({ model: at(file), calibrate: arrays, out })) }
    }),
  )
  for (const { out, outputs, rows } of imported) {
    assert.is(rows, 24)
    for (const { signalToNoiseDb } of outputs) assert.ok(signalToNoiseDb! > LEAST_DECIBELS, `${signalToNoiseDb} dB`)
    const parity = await verify({ model: out, inputs: 4 })
    assert.ok(parity.every(row => row.differing === 0))
  }
})

scene('rows of another shape and loops are refused in a sentence, and nothing is written', async () => {
  const out = at('never.tflite')
  const [shape, loop] = await Promise.all([
    refusal(importModel({ model: at('convolutions.keras'), calibrate: [at('depthwise.npy')], out })),
    refusal(importModel({ model: at('loop.keras'), calibrate: [at('loop.npy')], out })),
  ])
  assert.match(
    shape,
    /cannot be converted: .*depthwise\.npy has the shape \(24, 16, 16, 2\), but input .* takes \(n, 64, 3\)/,
  )
  assert.match(loop, /loop\.keras: (TensorFlow's converter crashed|cannot be converted: )/)
  assert.not(existsSync(out))
})

test.run()
