import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { importModel } from '../../src-ts/runs/import.ts'
import { verify } from '../../src-ts/runs/verify.ts'
import { missingConverter } from '../../src-ts/tflite/convert.ts'
import { testUnless } from '../helpers/environment.ts'
import { foreignModels } from '../helpers/foreign-models.ts'

const missing = missingConverter()
const test = suite('import of ONNX files')
const scene = testUnless(missing, 'import of ONNX files', test)
const at = missing ? (name: string) => name : foreignModels('onnx')

/** What int8 may cost a network of a few layers, of random weights, on noise. */
const LEAST_DECIBELS = 25

const models = [
  { name: 'convolutions', shape: [1, 3, 64], tfliteShape: [1, 64, 3] },
  { name: 'depthwise', shape: [1, 2, 16, 16], tfliteShape: [1, 16, 16, 2] },
  { name: 'residual', shape: [1, 4, 32], tfliteShape: [1, 32, 4] },
]

scene('ONNX files become int8 files with channels last, which every engine runs alike', async () => {
  const imported = await Promise.all(
    models.map(async ({ name, shape, tfliteShape }) => {
      const out = at(`${name}.tflite`)
      const result = await importModel({ model: at(`${name}.onnx`), calibrate: [at(`${name}.npy`)], out })
      assert.equal(result.inputs, [{ name: 'ecg', shape, tfliteShape }])
      return { out, ...result }
    }),
  )
  for (const { out, outputs } of imported) {
    for (const { signalToNoiseDb } of outputs) assert.ok(signalToNoiseDb! > LEAST_DECIBELS, `${signalToNoiseDb} dB`)
    const parity = await verify({ model: out, inputs: 4 })
    assert.ok(parity.every(row => row.differing === 0))
  }
})

test.run()
