import type { Tensor } from '@tensorflow/tfjs'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { networks } from '../../src-ts/networks/index.ts'
import { random } from '../../src-ts/random.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import { assign, readWeights, valuesOf, weightsOf } from '../../src-ts/train/model-weights.ts'
import { channelScores } from '../../src-ts/train/prune/channel-scores.ts'
import { channels } from '../../src-ts/train/prune/channels.ts'
import { type Coupling, coupling } from '../../src-ts/train/prune/coupling.ts'
import { pruneModel } from '../../src-ts/train/prune/index.ts'
import { layerOf } from '../../src-ts/train/prune/masks.ts'
import { withoutChannels } from '../../src-ts/train/prune/without-channels.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { noScaling, sineClasses, tinyNetwork, tinyRecipe } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('prune channels')
const native = withTfjs('prune channels', test)

/** Returns the outputs of a model on two random records. */
function outputs(tf: Tf, model: LayersModel): readonly number[] {
  let values: number[] = []
  tf.tidy(() => {
    const stream = random(3)
    const inputs = model.inputs.map(({ shape }) => {
      const sizes = [2, ...shape.slice(1)] as number[]
      const draws = Float32Array.from({ length: sizes.reduce((a, b) => a * b) }, () => stream.normal())
      return tf.tensor(draws, sizes)
    })
    values = [...(model.apply(inputs, { training: false }) as Tensor).dataSync()]
  })
  return values
}

/** Makes every batch norm a different affine map: a fresh one is the same for all channels, which would hide a wrong order. */
function unsettle(tf: Tf, model: LayersModel): void {
  const stream = random(5)
  for (const { shape, variable } of weightsOf(model))
    if (shape.length === 1)
      assign(
        tf,
        variable,
        valuesOf(variable).map(() => 0.5 + stream.uniform()),
      )
}

/** Sets to zero what layers read of groups: then it makes no difference whether these are there. */
function unread(tf: Tf, model: LayersModel, { layers }: Coupling, gone: ReadonlySet<number>): void {
  for (const { name, shape, variable } of weightsOf(model)) {
    const layer = layers.find(each => each.name === layerOf({ name }))!
    if (!layer.makes || !name.endsWith('kernel') || name.endsWith('pointwise_kernel')) continue
    const stride = name.endsWith('depthwise_kernel') ? 1 : shape.at(-1)!
    const reads = (i: number) => layer.inputs[Math.floor(i / stride) % layer.inputs.length]
    assign(
      tf,
      variable,
      valuesOf(variable).map((value, i) => (gone.has(reads(i)) ? 0 : value)),
    )
  }
}

/** Half of the groups that may go, drawn by chance, but not all of a layer. */
function someGroups({ layers, fixed }: Coupling, seed: number): Set<number> {
  const stream = random(seed)
  const gone = new Set<number>()
  for (const { makes, outputs } of layers) {
    if (!makes) continue
    for (const group of outputs.slice(1)) if (!fixed.has(group) && stream.uniform() < 0.5) gone.add(group)
  }
  for (const { makes, outputs } of layers) if (makes && outputs.every(group => gone.has(group))) gone.delete(outputs[0])
  return gone
}

async function checkCut(tf: Tf, model: LayersModel): Promise<{ before: number; after: number }> {
  unsettle(tf, model)
  const coupled = coupling(model)
  const gone = someGroups(coupled, 7)
  unread(tf, model, coupled, gone)
  const smaller = await withoutChannels(tf, model, coupled, gone)
  const [a, b] = [outputs(tf, model), outputs(tf, smaller)]
  const largest = Math.max(...a.map(Math.abs))
  // The sums of a layer have other terms beside the zeros, and another order.
  for (const [i, value] of a.entries())
    assert.ok(Math.abs(value - b[i]) <= 1e-4 * largest, `${model.name}: ${value} ${b[i]}`)
  exportGraph(smaller)
  const sizes = { before: model.countParams(), after: smaller.countParams() }
  // tfjs counts a layer that is called twice as used twice, and keeps its weights.
  const variables = [model, smaller].flatMap(each => weightsOf(each).map(({ variable }) => variable))
  for (const each of [model, smaller]) each.dispose()
  tf.dispose(variables)
  return sizes
}

for (const network of networks) {
  native(`${network.name}: channels that nothing reads go without a trace`, async tf => {
    const shape = { samples: 192, leads: 2, labels: 3, ...(network.name === 'beat-rr' && { features: 5 }) }
    const { before, after } = await checkCut(tf, network.build(tf, shape, 1))
    assert.ok(after < (/vit|deit/.test(network.name) ? 0.95 : 0.7) * before, `${after} of ${before}`)
  })
}

native('residuals, gates, depthwise and separable layers, planes, and layers that are called twice', async tf => {
  const { layers } = tf
  const conv = (filters: number, kernelSize = 3) =>
    layers.conv2d({ filters, kernelSize, padding: 'same', activation: 'relu' })
  const input = tf.input({ shape: [6, 5, 2] })
  let x = conv(8).apply(input) as SymbolicTensor
  const depthwise = layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }).apply(x) as SymbolicTensor
  x = layers.add().apply([conv(8).apply(depthwise) as SymbolicTensor, x]) as SymbolicTensor
  const gate = layers
    .dense({ units: 8, activation: 'sigmoid' })
    .apply(layers.globalAveragePooling2d({}).apply(x)) as SymbolicTensor
  x = layers
    .multiply()
    .apply([x, layers.reshape({ targetShape: [1, 1, 8] }).apply(gate) as SymbolicTensor]) as SymbolicTensor
  x = layers.separableConv2d({ filters: 12, kernelSize: 3, padding: 'same' }).apply(x) as SymbolicTensor
  const shared = conv(12, 1)
  x = shared.apply(shared.apply(x)) as SymbolicTensor
  x = layers.concatenate().apply([x, conv(8).apply(x) as SymbolicTensor]) as SymbolicTensor
  x = layers.flatten().apply(layers.maxPooling2d({ poolSize: 2 }).apply(x)) as SymbolicTensor
  const logits = layers.dense({ units: 3 }).apply(layers.batchNormalization().apply(x)) as SymbolicTensor
  const { before, after } = await checkCut(tf, tf.model({ inputs: input, outputs: logits }))
  assert.ok(after < 0.6 * before, `${after} of ${before}`)
})

native('a softmax over channels and a layer that is not known keep what they read', async tf => {
  const input = tf.input({ shape: [8, 2] })
  const made = tf.layers.conv1d({ filters: 8, kernelSize: 3, name: 'made' }).apply(input)
  const shares = tf.layers.conv1d({ filters: 8, kernelSize: 3, name: 'shares', activation: 'softmax' }).apply(made)
  const turned = tf.layers
    .permute({ dims: [2, 1] })
    .apply(tf.layers.conv1d({ filters: 8, kernelSize: 1, name: 'turned' }).apply(shares))
  const logits = tf.layers
    .dense({ units: 2, name: 'logits' })
    .apply(tf.layers.flatten().apply(turned)) as SymbolicTensor
  const model = tf.model({ inputs: input, outputs: logits })
  const { layers, fixed } = coupling(model)
  const free = layers.filter(({ makes, outputs }) => makes && !outputs.some(group => fixed.has(group)))
  model.dispose()
  assert.equal(
    free.map(({ name }) => name),
    ['made'],
  )
})

native('the channels with the lowest scores go, in whole tiles', async tf => {
  const model = tinyNetwork(tf, 1)
  const data = { train: sineClasses('train', 48), standardization: noScaling, recipe: tinyRecipe, seed: 1 }
  const before = readWeights(model)
  for (const [name, score] of Object.entries(channelScores)) {
    const scores = score({ tf, model, ...data })
    const { model: smaller, masks } = await pruneModel(
      tf,
      model,
      { sparsity: 0, layers: { conv1: 0.6 }, scores },
      channels,
    )
    assert.is(masks.size, 0)
    const after = readWeights(smaller)
    assert.is(after.get('conv1/kernel')!.length, before.get('conv1/kernel')!.length / 2)
    assert.is(after.get('conv2/kernel')!.length, before.get('conv2/kernel')!.length / 2)
    assert.equal(after.get('logits/kernel'), before.get('logits/kernel'))
    const worth = scores.get(name === 'l1' ? 'conv1' : 'conv1-norm')!
    const order = [...worth.keys()].sort((a, b) => worth[b] - worth[a] || b - a)
    const kept = order.slice(0, 4).sort((a, b) => a - b)
    const filter = (values: Float32Array, width: number, channel: number) =>
      values.filter((_, i) => i % width === channel)
    for (const [i, channel] of kept.entries())
      assert.equal(filter(after.get('conv1/kernel')!, 4, i), filter(before.get('conv1/kernel')!, 8, channel), name)
    smaller.dispose()
  }
  model.dispose()
})

native('the first-order score of a channel is what the loss would change by, where it is linear', async tf => {
  // One channel that the logits hardly read scores least.
  const model = tinyNetwork(tf, 1)
  for (const { name, variable, shape } of weightsOf(model))
    if (name === 'logits/kernel')
      assign(
        tf,
        variable,
        valuesOf(variable).map((v, i) => (Math.floor(i / shape[1]) === 5 ? v * 1e-3 : v)),
      )
  const scores = channelScores.saliency({
    tf,
    model,
    train: sineClasses('train', 48),
    standardization: noScaling,
    recipe: tinyRecipe,
    seed: 1,
  })
  const worth = scores.get('conv2-norm')!
  assert.is(worth.indexOf(Math.min(...worth)), 5)
  model.dispose()
})

test.run()
