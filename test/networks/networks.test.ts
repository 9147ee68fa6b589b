import type { LayersModel } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sha256 } from '../../src-ts/files.ts'
import { gapCnn } from '../../src-ts/networks/gap-cnn.ts'
import { inceptionCnn } from '../../src-ts/networks/inception-cnn.ts'
import { networks } from '../../src-ts/networks/index.ts'
import type { Network } from '../../src-ts/networks/network.ts'
import { tasks } from '../../src-ts/tasks/index.ts'
import { loadTfjs, trainingMissing } from '../../src-ts/train/backend.ts'
import { readWeights } from '../../src-ts/train/model-weights.ts'
import { skip } from '../helpers/environment.ts'

const test = suite('networks')
const missing = trainingMissing()
const shape = { samples: 1000, leads: 12, labels: 5 }

/** Builds a network, hands it over, frees its weights and returns what `use` made of it. */
function withModel<T>(network: Network, use: (model: LayersModel) => T, seed = 1): T {
  const model = network.build(loadTfjs(), shape, seed)
  try {
    return use(model)
  } finally {
    model.dispose()
  }
}

/** Layer name → parameters, layers without any left out. */
function counts(model: LayersModel): Record<string, number> {
  return Object.fromEntries(model.layers.map(l => [l.name, l.countParams()]).filter(([, n]) => n !== 0))
}

/** `npm test` skips what needs the native library, by name. */
function native(name: string, run: () => void): void {
  if (missing) skip('networks', name, missing)
  else test(name, run)
}

test('names are kebab-case and unique, tasks exist, recipes are complete', () => {
  assert.is(new Set(networks.map(({ name }) => name)).size, networks.length)
  for (const { name, task, recipe } of networks) {
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
    assert.ok(
      tasks.some(candidate => candidate.name === task),
      `${name}: task ${task}`,
    )
    assert.ok(recipe.epochs >= 1 && recipe.batchSize >= 1 && recipe.learningRate > 0, name)
  }
})

native('inception-cnn has exactly the published parameters, layer by layer', () => {
  withModel(inceptionCnn, model => {
    assert.is(model.countParams(), 4_266_277)
    const trainable = model.trainableWeights.reduce((sum, w) => sum + w.shape.reduce((n, d) => n! * d!, 1)!, 0)
    assert.is(trainable, 4_265_189)
    assert.equal(counts(model), {
      conv1: 2_720,
      'conv1-norm': 128,
      conv2: 20_608,
      'conv2-norm': 512,
      conv3: 57_408,
      'conv3-norm': 256,
      conv4: 20_544,
      'conv4-norm': 256,
      'inception-1': 4_160,
      'inception-3-reduce': 4_160,
      'inception-3': 12_352,
      'inception-5-reduce': 4_160,
      'inception-5': 20_544,
      'inception-pool-project': 4_160,
      dense1: 4_096_128,
      'dense1-norm': 512,
      dense2: 16_512,
      'dense2-norm': 512,
      logits: 645,
    })
    assert.equal(model.getLayer('conv4-norm').outputShape, [null, 125, 64])
    assert.equal(model.getLayer('inception').outputShape, [null, 125, 256])
    assert.equal(model.getLayer('flatten').outputShape, [null, 32_000])
  })
})

native('gap-cnn has 73,637 parameters, layer by layer', () => {
  withModel(gapCnn, model => {
    assert.is(model.countParams(), 73_637)
    assert.equal(counts(model), {
      conv1: 2_688,
      'conv1-norm': 128,
      conv2: 7_680,
      'conv2-norm': 192,
      conv3: 15_360,
      'conv3-norm': 256,
      conv4: 18_432,
      'conv4-norm': 384,
      conv5: 27_648,
      'conv5-norm': 384,
      logits: 485,
    })
    assert.equal(model.getLayer('conv5-relu').outputShape, [null, 32, 96])
  })
})

for (const network of networks) {
  native(`${network.name} takes [samples, leads] and ends in logits`, () => {
    withModel(network, model => {
      assert.is(model.name, network.name)
      assert.equal(model.inputs[0].shape, [null, shape.samples, shape.leads])
      assert.equal(model.outputs[0].shape, [null, shape.labels])
      const last = model.layers.at(-1)!
      assert.is(last.name, 'logits')
      assert.is(last.getConfig().activation, 'linear')
    })
  })

  native(`${network.name}: the seed fixes every initial weight, and another seed changes every kernel`, () => {
    const hashes = (seed: number) => withModel(network, model => weightHashes(model), seed)
    const first = hashes(1)
    const other = hashes(2)
    assert.equal(hashes(1), first)
    const kernels = Object.keys(first).filter(name => name.endsWith('kernel'))
    assert.ok(kernels.every(name => other[name] !== first[name]))
    assert.is(new Set(kernels.map(name => first[name])).size, kernels.length, 'no two kernels start alike')
  })
}

function weightHashes(model: LayersModel): Record<string, string> {
  return Object.fromEntries([...readWeights(model)].map(([name, x]) => [name, sha256(new Uint8Array(x.buffer))]))
}

test.run()
