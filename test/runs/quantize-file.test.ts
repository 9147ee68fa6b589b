import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '../../src-ts/engines/model.ts'
import { HolterError } from '../../src-ts/errors.ts'
import { sha256 } from '../../src-ts/files.ts'
import { elements, type FloatGraph, type IntGraph } from '../../src-ts/ir/graph.ts'
import { writeNpy } from '../../src-ts/npy.ts'
import { random } from '../../src-ts/random.ts'
import { quantizeFile, quantizeFolder } from '../../src-ts/runs/quantize-file.ts'
import { verify } from '../../src-ts/runs/verify.ts'
import { writeTflite } from '../../src-ts/tflite/index.ts'
import { readFloatTflite } from '../../src-ts/tflite/read-float.ts'
import { FloatGraphBuilder } from '../helpers/float-graph.ts'
import { runHolter } from '../helpers/holter-process.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const name = 'float .tflite files'
const test = suite(name)
const scene = withTfjs(name, test)
const dir = mkdtempSync(join(tmpdir(), 'holter-float-'))
const file = join(dir, 'float.tflite')
const rows = join(dir, 'rows.npy')
const out = join(dir, 'int8.tflite')

/** The file as TensorFlow's converter writes it: all that is computed is float32. */
function written({ tensors, metadata: _, ...graph }: FloatGraph): Uint8Array {
  const typed = tensors.map(t => ({ ...t, type: t.data instanceof Int32Array ? 'int32' : 'float32' }) as const)
  return writeTflite({ ...graph, tensors: typed } as IntGraph)
}

function residual(): FloatGraph {
  const builder = new FloatGraphBuilder('float')
  const x = builder.input([1, 1, 24, 4])
  const once = builder.conv(x, 4, 5, { activation: 'relu' })
  const sum = builder.node('add', { activation: 'relu' }, [x, builder.conv(once, 4, 3)])
  return builder.finish(builder.dense(builder.flatten(sum), 3))
}

const bytes = written(residual())
writeFileSync(file, bytes)
const stream = random(3)
const noise = Float32Array.from({ length: 40 * 96 }, () => 2 * stream.uniform() - 1)
writeFileSync(rows, writeNpy({ shape: [40, 1, 24, 4], data: noise }))

scene('become int8 files that every engine runs alike, with little noise', async () => {
  const { figures, noise } = quantizeFile({ model: file, calibrate: [rows], out })
  assert.is(figures.rows, 40)
  for (const { node, signalToNoiseDb } of noise.nodes) assert.ok(signalToNoiseDb > 25, `${node}: ${signalToNoiseDb} dB`)
  const parity = await verify({ model: out, inputs: 4 })
  assert.ok(parity.every(row => row.differing === 0))
})

scene('every step before the integers goes with the others, and the command says what it chose', async () => {
  const steps = ['--ranges', 'percentile', '--equalize', '--correct-bias', '--min-sqnr', '60', '--int16-share', '1']
  const { status, stdout, stderr } = runHolter(['quantize', file, '--calibrate', rows, ...steps, '--out', out])
  assert.is(status, 0, stderr)
  assert.match(stdout, /^costs most: \S+ \(\S+\): \d+\.\d dB at the outputs if it alone is quantized$/m)
  assert.match(stdout, /^int16: .+; \d+\.\d dB at the outputs with it$/m)
  const parity = await verify({ model: out, inputs: 4 })
  assert.ok(parity.every(row => row.differing === 0))
})

scene('arrays of another shape are refused, and nothing is written', () => {
  const wrong = join(dir, 'wrong.npy')
  writeFileSync(wrong, writeNpy({ shape: [2, 5], data: new Float32Array(10) }))
  const never = join(dir, 'never.tflite')
  const run = (calibrate: string[]) => () => quantizeFile({ model: file, calibrate, out: never })
  assert.throws(run([wrong]), /wrong\.npy: the array has the wrong shape \(got \(2, 5\), expected \(2, 1, 24, 4\)\)/)
  assert.throws(run([rows, rows]), /each input needs an array of its own/)
  assert.not(existsSync(never))
})

scene('a folder is calibrated on rows in the units of its task, as they go into the model', async () => {
  const { graph: shipped } = loadModel('beat-rr')
  const { mean, deviation, features } = shipped.metadata!
  const files = shipped.inputs.map((input, i) => {
    const shape = shipped.tensors[input].shape.filter((n, axis) => axis > 0 && n !== 1)
    const [middles, widths] = i === 0 ? [[mean], [deviation]] : [features!.mean, features!.deviation]
    // Standardized, they lie between -3 and 3.
    const data = Float32Array.from({ length: 40 * elements(shape) }, (_, at) => {
      const which = at % middles.length
      return middles[which] + 6 * (stream.uniform() - 0.5) * widths[which]
    })
    const npy = join(dir, `beats-${i}.npy`)
    writeFileSync(npy, writeNpy({ shape: [40, ...shape], data }))
    return npy
  })
  const { figures, model } = await quantizeFolder({ model: 'beat-rr', calibrate: files, out })
  assert.is(figures.rows, 40)
  for (const input of model.graph.inputs) {
    const [scale] = model.graph.tensors[input].quantization!.scale
    assert.ok(255 * scale > 4.5 && 255 * scale < 6.1, `the range of input ${input} is ${255 * scale}`)
  }
  const { quantization } = model.graph.metadata!.provenance as { quantization: { rowsSha256: string[] } }
  assert.equal(
    quantization.rowsSha256,
    files.map(path => sha256(readFileSync(path))),
  )
  const parity = await verify({ model: out, inputs: 4 })
  assert.ok(parity.every(row => row.differing === 0))
})

test('rows and records are not mixed', () => {
  const { status, stderr } = runHolter(['quantize', 'ecg-tiny', '--calibrate', rows, '--synthetic', '--out', out])
  assert.is(status, 2)
  assert.match(stderr, /'-c, --calibrate <file>' cannot be used with option '--synthetic'/)
})

test('a quantized file is refused by the name of its tensor', () => {
  const shipped = readFileSync(new URL('../../models/ecg-tiny.tflite', import.meta.url))
  assert.throws(() => readFloatTflite(shipped, 'ecg-tiny.tflite'), /is not float32 \(got int8\)/)
})

test('damaged files are refused without a fault', () => {
  const places = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(places, changes => {
      const damaged = bytes.slice()
      for (const [place, value] of changes) damaged[place] = value
      try {
        readFloatTflite(damaged, 'damaged.tflite')
      } catch (error) {
        assert.instance(error, HolterError)
      }
    }),
    { numRuns: 2000 },
  )
})

test('commands that need int8 say what to type, and quantize asks for rows', () => {
  assert.match(
    runHolter(['inspect', file]).stderr,
    /not quantized .*Type holter quantize .*float\.tflite --calibrate X\.npy/,
  )
  const { status, stderr } = runHolter(['quantize', file, '--out', out])
  assert.is(status, 2)
  assert.match(stderr, /a \.tflite file is calibrated on rows of yours\. Type holter quantize .* --calibrate X\.npy/)
})

test.run()
