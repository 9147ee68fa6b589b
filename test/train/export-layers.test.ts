import { readFileSync } from 'node:fs'
import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ownLayers } from '../../src-ts/networks/own-layers.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { calibrate } from '../../src-ts/quantize/calibrate.ts'
import { compare } from '../../src-ts/quantize/compare.ts'
import { quantize } from '../../src-ts/quantize/quantize.ts'
import { random } from '../../src-ts/random.ts'
import { runReference } from '../../src-ts/reference/run.ts'
import { layerExports } from '../../src-ts/train/export/index.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import { apply, ecg, shakeNorms, TOLERANCE, worstDifference } from '../helpers/exported-model.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('export of layers')
const testWithTfjs = withTfjs('export of layers', test)

type Tensor = SymbolicTensor

testWithTfjs('layers of the plane compute the same', tf => {
  const { layers } = tf
  const image = tf.input({ shape: [12, 10, 3], name: 'image' })
  const conv = (filters: number, kernelSize: [number, number], more: object = {}) =>
    layers.conv2d({ filters, kernelSize, padding: 'same', ...more })
  let x = apply(conv(6, [3, 5], { strides: [2, 1], activation: 'relu' }), image)
  x = apply(layers.batchNormalization(), x)
  const depthwise = { kernelSize: [3, 3] as [number, number], padding: 'same' as const, depthMultiplier: 2 }
  x = apply(layers.reLU({ maxValue: 6 }), apply(layers.depthwiseConv2d(depthwise), x))
  const separable = {
    filters: 5,
    kernelSize: [3, 2] as [number, number],
    padding: 'same' as const,
    activation: 'relu6' as const,
  }
  x = apply(layers.separableConv2d(separable), x)
  x = apply(
    layers.zeroPadding2d({
      padding: [
        [1, 0],
        [2, 1],
      ],
    }),
    x,
  )
  x = apply(conv(5, [2, 3], { padding: 'valid', activation: 'tanh' }), x)
  const pools = [
    apply(layers.maxPooling2d({ poolSize: [2, 3], strides: [2, 2], padding: 'same' }), x),
    apply(layers.averagePooling2d({ poolSize: [3, 2], strides: [2, 2], padding: 'same' }), x),
  ]
  const joined = apply(layers.concatenate({ axis: 3 }), [...pools, apply(layers.maximum(), pools)])
  const up = apply(layers.upSampling2d({ size: [2, 3] }), joined)
  const back = apply(
    layers.conv2dTranspose({ filters: 4, kernelSize: [3, 2], strides: [2, 1], padding: 'same', activation: 'relu' }),
    up,
  )
  const turned = apply(layers.permute({ dims: [2, 3, 1] }), back)
  const each = apply(layers.dense({ units: 3, activation: 'swish' }), turned)
  const flat = [
    apply(layers.globalAveragePooling2d({}), each),
    apply(layers.globalMaxPooling2d({}), back),
    apply(
      layers.flatten(),
      apply(layers.reshape({ targetShape: [4, 9, 3] }), apply(layers.averagePooling2d({ poolSize: [2, 1] }), each)),
    ),
  ]
  const outputs = apply(layers.dense({ units: 4 }), apply(layers.concatenate(), flat))
  const model = tf.model({ inputs: image, outputs })
  shakeNorms(tf, model)
  const worst = worstDifference(tf, model)
  assert.ok(worst <= TOLERANCE, `${worst}`)
  model.dispose()
})

testWithTfjs('layers of our own, crops, averages and GELU compute the same', tf => {
  const { layers } = tf
  const own = ownLayers(tf)
  const image = tf.input({ shape: [9, 4, 3], name: 'image' })
  let x = apply(own.resize({ name: 'resize', height: 5, width: 11 }), image)
  x = apply(own.hardSwish({ name: 'swish' }), apply(layers.conv2d({ filters: 4, kernelSize: 3 }), x))
  x = apply(own.channelScale({ name: 'scale', start: 0.3 }), apply(layers.conv2d({ filters: 4, kernelSize: 1 }), x))
  const cropping: [[number, number], [number, number]] = [
    [1, 0],
    [2, 3],
  ]
  x = apply(layers.cropping2D({ cropping }), x)
  x = apply(own.positions({ name: 'positions', seed: 3 }), apply(layers.reshape({ targetShape: [8, 4] }), x))
  x = apply(layers.activation({ activation: 'gelu' as never }), x)
  const answers = [4, 5].map(seed => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed })
    return apply(layers.dense({ units: 2, kernelInitializer }), apply(layers.flatten(), x))
  })
  const model = tf.model({ inputs: image, outputs: apply(layers.average(), answers) })
  const worst = worstDifference(tf, model)
  assert.ok(worst <= TOLERANCE, `${worst}`)
  model.dispose()
})

testWithTfjs(
  'activations with a node of their own, averages over time and dense layers of each sample compute the same',
  tf => {
    const { layers } = tf
    const input = ecg(tf)
    let x = apply(layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'elu' }), input)
    x = apply(
      layers.leakyReLU({ alpha: 0.2 }),
      apply(layers.averagePooling1d({ poolSize: 3, strides: 2, padding: 'same' }), x),
    )
    x = apply(layers.permute({ dims: [2, 1] }), apply(layers.elu(), apply(layers.dense({ units: 6 }), x)))
    x = apply(layers.activation({ activation: 'tanh' }), apply(layers.dense({ units: 5, activation: 'sigmoid' }), x))
    x = apply(layers.activation({ activation: 'softmax' }), apply(layers.minimum(), [x, apply(layers.reLU(), x)]))
    const model = tf.model({ inputs: input, outputs: apply(layers.flatten(), x) })
    const worst = worstDifference(tf, model)
    assert.ok(worst <= TOLERANCE, `${worst}`)
    model.dispose()
  },
)

testWithTfjs('layer normalization computes the same, of samples and of flat rows, and its integers are near', tf => {
  const { layers } = tf
  const input = ecg(tf)
  // Integers are near, or not, depending on the weights: these are always the same.
  const seeded = (seed: number) => ({ kernelInitializer: tf.initializers.glorotUniform({ seed }) })
  const normal = (x: Tensor, more: object = {}) => apply(layers.layerNormalization({ axis: -1, ...more }), x)
  const x = normal(apply(layers.conv1d({ filters: 6, kernelSize: 3, padding: 'same', ...seeded(1) }), input), {
    epsilon: 0.05,
  })
  const y = apply(layers.conv1d({ filters: 4, kernelSize: 1, ...seeded(2) }), x)
  const flat = normal(apply(layers.flatten(), y), { scale: false })
  const model = tf.model({ inputs: input, outputs: apply(layers.dense({ units: 3, ...seeded(3) }), flat) })
  for (const layer of model.layers.filter(each => each.getClassName() === 'LayerNormalization')) {
    const values = layer.weights.map(({ shape }, i) => tf.randomUniform(shape as number[], 0.5, 1.5, 'float32', 3 + i))
    layer.setWeights(values)
    tf.dispose(values)
  }
  const worst = worstDifference(tf, model)
  assert.ok(worst <= TOLERANCE, `${worst}`)
  const graph = runFloatPasses(exportGraph(model))
  const rows = (seed: number) => {
    const stream = random(seed)
    return Float32Array.from({ length: 20 * 120 }, () => stream.normal())
  }
  const int8 = quantize(graph, calibrate(tf, graph, [rows(1)]))
  const last = compare(tf, graph, int8, rows(2), runReference).find(n => n.node === int8.tensors[int8.outputs[0]].name)!
  assert.ok(last.signalToNoiseDb > 28, `${last.signalToNoiseDb} dB`)
  model.dispose()
})

test('every kind of layer is in a model of these tests', () => {
  const text =
    readFileSync(new URL(import.meta.url), 'utf8') + readFileSync(new URL('export.test.ts', import.meta.url), 'utf8')
  /** Dropouts differ in training only, and an input makes itself. */
  const silent = /Dropout|Noise|InputLayer/
  for (const name of layerExports.flatMap(each => each.layers)) {
    if (silent.test(name)) continue
    // Those of our own are made by `ownLayers`.
    assert.ok(new RegExp(`(layers|own)\\.${name.replace(/^Holter/, '')}\\(`, 'i').test(text), name)
  }
})

test.run()
