import type { Scalar, Tensor } from '@tensorflow/tfjs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FloatGraph } from '../../src-ts/ir/graph.ts'
import { evaluateFloat } from '../../src-ts/passes/float/evaluate.ts'
import { quantizationAware } from '../../src-ts/quantize/aware.ts'
import { calibrate, type Ranges } from '../../src-ts/quantize/calibrate.ts'
import { withConversions } from '../../src-ts/quantize/conversions.ts'
import { fakeQuantized, trainableOf } from '../../src-ts/quantize/fake.ts'
import { quantize } from '../../src-ts/quantize/quantize.ts'
import { type Scheme, schemeFor } from '../../src-ts/quantize/scheme.ts'
import { quantizeValues, quantizeWideValues } from '../../src-ts/quantize/values.ts'
import { random } from '../../src-ts/random.ts'
import { runReference } from '../../src-ts/reference/run.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { train } from '../../src-ts/train/train.ts'
import { FloatGraphBuilder } from '../helpers/float-graph.ts'
import { noScaling, sineClasses, tinyRecipe } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('quantization-aware training')
const native = withTfjs('quantization-aware training', test)

const SHAPE = [64, 2]
const SIZE = SHAPE[0] * SHAPE[1]

/** Convolutions (plain, depthwise), sum, concatenation, both pools, squeeze-and-excite (mean, dense, logistic, product), a dense end. */
function network(): FloatGraph {
  const b = new FloatGraphBuilder('aware', 3)
  const pool = { filterH: 1, filterW: 2, strideH: 1, strideW: 2, padding: 'valid', activation: 'none' }
  const window = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, padding: 'same', activation: 'none' }
  const x = b.conv(b.input([1, 1, ...SHAPE]), 8, 9, { strideW: 2, activation: 'relu' })
  const filter = b.constant([1, 1, 3, 8], -0.5, 0.5)
  const bias = b.constant([8], -0.3, 0.3)
  const depthwise = b.node('depthwiseConv2d', { ...window, depthMultiplier: 1 }, [x, filter, bias])
  const sum = b.add(x, depthwise)
  const gates = b.node('logistic', {}, [b.dense(b.dense(b.mean(sum), 4, 'relu'), 8)])
  const shaped = b.node('reshape', { newShape: [1, 1, 1, 8] }, [gates])
  const excited = b.node('mul', { activation: 'none' }, [sum, shaped])
  const joined = b.concat(b.node('averagePool2d', pool, [excited]), b.node('maxPool2d', pool, [sum]))
  return b.finish(b.dense(b.mean(b.conv(joined, 6, 3, { activation: 'relu' })), 3))
}

function rows(count: number, seed: number): Float32Array {
  const dataset = sineClasses('train', count, seed)
  const all = new Float32Array(count * SIZE)
  for (let i = 0; i < count; i++) dataset.read(i, all, i * SIZE)
  return all
}

/** Share of a graph's values by how many steps fake quantization and integers differ; one entry per tensor that is fed or computed. */
function differences(tf: Tf, float: FloatGraph, ranges: Ranges, scheme: Scheme, inputs: Float32Array, count: number) {
  const integers = quantize(float, ranges, scheme)
  const converted = withConversions(float, scheme)
  const wanted = [...converted.graph.inputs, ...converted.graph.nodes.flatMap(node => node.outputs)]
  return tf.tidy(() => {
    const options = fakeQuantized(tf, converted, scheme, trainableOf(tf, float, ranges))
    const x = tf.tensor(inputs, [count, 1, ...SHAPE])
    const values = evaluateFloat(tf, converted.graph, [x], { ...options, wanted })
    return wanted.map((index, place) => {
      const { name, quantization, type } = integers.tensors[index]
      const own = values[place].dataSync<'float32'>()
      const size = own.length / count
      let beyondOne = 0
      for (let row = 0; row < count; row++) {
        const { type: first, quantization: scale } = integers.tensors[integers.inputs[0]]
        const toIntegers = (v: Float32Array, wide: boolean, q = quantization!) =>
          wide ? quantizeWideValues(v, q) : quantizeValues(v, q)
        const fed = toIntegers(inputs.subarray(row * SIZE, (row + 1) * SIZE), first === 'int16', scale!)
        const expected = runReference(integers, [fed])[index]!
        const got = toIntegers(own.slice(row * size, (row + 1) * size), type === 'int16')
        got.forEach((q, i) => {
          if (Math.abs(q - Number(expected[i])) > 1) beyondOne++
        })
      }
      return { name, beyondOne: beyondOne / own.length }
    })
  })
}

for (const [title, weightBits, int16] of [
  ['8-bit weights', 8, []],
  ['4-bit weights', 4, []],
  ['a node in int16', 8, ['conv2d0']],
] as const) {
  native(`${title}: trained, the fake-quantized network and its integers agree within one step`, async tf => {
    const float = network()
    const scheme = schemeFor(float, weightBits, int16)
    const aware = quantizationAware(tf, float, calibrate(tf, float, [rows(64, 1)]), scheme, [SHAPE])
    const recipe = { ...tinyRecipe, epochs: 2, learningRate: 3e-3, augment: false, weightDecay: 0 } as const
    const { model } = aware
    const parts = { tf, model, train: sineClasses('train', 96), standardization: noScaling, dataHash: 'sines', seed: 1 }
    const { history } = await train({ ...parts, recipe })
    assert.ok(history[1].loss < history[0].loss)
    const { graph, ranges } = aware.trained()
    model.dispose()
    const moved = graph.tensors.filter(({ data }, i) => data && float.tensors[i].data!.join() !== data.join())
    assert.is(moved.length, float.tensors.filter(({ data }) => data instanceof Float32Array).length, 'all are trained')
    for (const { name, beyondOne } of differences(tf, graph, ranges, scheme, rows(50, 5), 50)) {
      assert.ok(beyondOne <= 0.001, `${name}: ${100 * beyondOne} % differ by more than one step`)
    }
  })
}

native('weights that are zero stay zero, down to the integers', async tf => {
  const whole = network()
  const filters = new Set(
    whole.nodes.filter(({ op }) => op.endsWith('onv2d') || op === 'fullyConnected').map(n => n.inputs[1]),
  )
  const stream = random(2)
  const halved = (data: Float32Array) => data.map(w => (stream.uniform() < 0.5 ? 0 : w))
  const tensors = whole.tensors.map((t, i) => (filters.has(i) ? { ...t, data: halved(t.data as Float32Array) } : t))
  const float = { ...whole, tensors }
  const scheme = schemeFor(float, 8, [])
  const { model, masks, trained } = quantizationAware(tf, float, calibrate(tf, float, [rows(32, 1)]), scheme, [SHAPE])
  const recipe = { ...tinyRecipe, epochs: 1, learningRate: 3e-3, augment: false } as const
  await train({
    tf,
    model,
    masks,
    recipe,
    train: sineClasses('train', 32),
    standardization: noScaling,
    dataHash: '',
    seed: 1,
  })
  const { graph, ranges } = trained()
  model.dispose()
  const integers = quantize(graph, ranges, scheme)
  for (const index of filters) {
    const [before, after] = [float.tensors[index].data!, integers.tensors[index].data!]
    assert.ok(
      before.every((w, i) => w !== 0 || Number(after[i]) === 0),
      float.tensors[index].name,
    )
    assert.ok(graph.tensors[index].data!.some((w, i) => w !== before[i]))
  }
})

native('an end of a range moves where clipped values ask for it', tf => {
  const b = new FloatGraphBuilder('clipped')
  const float = b.finish(b.relu(b.input([1, 1, 1, 4])))
  const scheme = schemeFor(float, 8, [])
  const { model, trained } = quantizationAware(
    tf,
    float,
    new Map(float.tensors.map((_, i) => [i, { min: -1, max: 1 }])),
    scheme,
    [[4]],
  )
  const [weight] = model.trainableWeights
  const { value, grads } = tf.variableGrads(
    () => tf.sum(model.apply(tf.tensor2d([[3, 0.5, 0.25, -0.5]])) as Tensor) as Scalar,
    [weight.read() as never],
  )
  const [gradient] = Object.values(grads)
  // 3 is clipped at the end of the input's range, and reaches the output's as what is clipped no more.
  assert.equal([...gradient.dataSync()], [0, 1, 0, 0])
  assert.equal(trained().ranges.get(float.inputs[0]), { min: -1, max: 1 })
  tf.dispose([value, ...Object.values(grads)])
  model.dispose()
})

test.run()
