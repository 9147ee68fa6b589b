import type { Tensor } from '@tensorflow/tfjs'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { byName } from '../../src-ts/errors.ts'
import { sha256 } from '../../src-ts/files.ts'
import { beatRr } from '../../src-ts/networks/beat-rr.ts'
import { cnn1dStudent } from '../../src-ts/networks/cnn1d-student.ts'
import { cnn1dTeacher } from '../../src-ts/networks/cnn1d-teacher.ts'
import { ecgMcu } from '../../src-ts/networks/ecg-mcu.ts'
import { ecgTiny } from '../../src-ts/networks/ecg-tiny.ts'
import { gapCnn } from '../../src-ts/networks/gap-cnn.ts'
import { gapCnnCausal } from '../../src-ts/networks/gap-cnn-causal.ts'
import { inceptionCnn } from '../../src-ts/networks/inception-cnn.ts'
import { inceptionGap } from '../../src-ts/networks/inception-gap.ts'
import { networks } from '../../src-ts/networks/index.ts'
import { type Network, type NetworkShape, networkShape } from '../../src-ts/networks/network.ts'
import { tasks } from '../../src-ts/tasks/index.ts'
import { loadTfjs, trainingMissing } from '../../src-ts/train/backend.ts'
import { readWeights } from '../../src-ts/train/model-weights.ts'
import { skip } from '../helpers/environment.ts'

const test = suite('networks')
const missing = trainingMissing()
/** The form of the records that a network was made for. */
const shapeOf = (network: Network): NetworkShape => networkShape(byName('task', network.task, tasks), network)

/** Builds a network, hands it over, frees its weights and returns what `use` made of it. */
function withModel<T>(network: Network, use: (model: LayersModel) => T, seed = 1): T {
  const model = network.build(loadTfjs(), shapeOf(network), seed)
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

/** What training moves: all but the moving statistics of batch norm. */
function trainable(model: LayersModel): number {
  return model.trainableWeights.reduce((sum, { shape }) => sum + shape.reduce<number>((n, d) => n * d!, 1), 0)
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
    assert.is(trainable(model), 4_265_189)
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

native('gap-cnn-causal is gap-cnn without padding', () => {
  withModel(gapCnnCausal, model => {
    assert.is(model.countParams(), 73_637)
    assert.equal(model.getLayer('conv5-relu').outputShape, [null, 29, 96])
  })
})

native('ecg-mcu has 47,941 parameters, layer by layer', () => {
  withModel(ecgMcu, model => {
    assert.is(model.countParams(), 47_941)
    assert.equal(counts(model), {
      conv1: 2_688,
      'conv1-norm': 128,
      conv2: 6_400,
      'conv2-norm': 160,
      conv3: 9_600,
      'conv3-norm': 192,
      conv4: 9_216,
      'conv4-norm': 256,
      conv5: 18_432,
      'conv5-norm': 384,
      logits: 485,
    })
  })
})

native('ecg-tiny has 28,389 parameters, layer by layer', () => {
  withModel(ecgTiny, model => {
    assert.is(model.countParams(), 28_389)
    assert.equal(counts(model), {
      conv1: 2_016,
      'conv1-norm': 96,
      conv2: 3_840,
      'conv2-norm': 128,
      conv3: 6_400,
      'conv3-norm': 160,
      conv4: 5_760,
      'conv4-norm': 192,
      conv5: 9_216,
      'conv5-norm': 256,
      logits: 325,
    })
  })
})

native('inception-gap has 253,957 parameters, layer by layer', () => {
  withModel(inceptionGap, model => {
    assert.is(model.countParams(), 253_957)
    const all = counts(model)
    const norms = Object.keys(all).filter(name => name.endsWith('-norm'))
    assert.is(norms.length, 16)
    assert.is(
      norms.map(name => all[name]).reduce((sum, n) => sum + n),
      4 * (32 + 128 + 14 * 64),
    )
    assert.equal(Object.fromEntries(Object.entries(all).filter(([name]) => !norms.includes(name))), {
      conv1: 2_688,
      conv2: 20_480,
      conv3: 57_344,
      conv4: 20_480,
      'inception1-1': 4_096,
      'inception1-3-reduce': 4_096,
      'inception1-3': 12_288,
      'inception1-5-reduce': 4_096,
      'inception1-5': 20_480,
      'inception1-pool-project': 4_096,
      'inception2-1': 16_384,
      'inception2-3-reduce': 16_384,
      'inception2-3': 12_288,
      'inception2-5-reduce': 16_384,
      'inception2-5': 20_480,
      'inception2-pool-project': 16_384,
      logits: 1_285,
    })
    assert.equal(model.getLayer('inception2').outputShape, [null, 63, 256])
  })
})

native('cnn1d-teacher has exactly the published parameters, layer by layer', () => {
  withModel(cnn1dTeacher, model => {
    assert.is(model.countParams(), 6_526_255)
    assert.is(trainable(model), 6_522_555)
    assert.equal(counts(model), {
      conv1: 12_100,
      'conv1-norm': 400,
      conv2: 250_250,
      'conv2-norm': 1_000,
      conv3: 1_250_500,
      'conv3-norm': 2_000,
      conv4: 5_001_000,
      'conv4-norm': 4_000,
      logits: 5_005,
    })
    assert.equal(model.getLayer('conv4-pool').outputShape, [null, 54, 1_000])
  })
})

native('cnn1d-student has exactly the published parameters, layer by layer', () => {
  withModel(cnn1dStudent, model => {
    assert.is(model.countParams(), 535_005)
    assert.is(trainable(model), 534_005)
    assert.equal(counts(model), {
      conv1: 6_050,
      'conv1-norm': 200,
      conv2: 75_150,
      'conv2-norm': 600,
      conv3: 450_300,
      'conv3-norm': 1_200,
      logits: 1_505,
    })
    assert.equal(model.getLayer('conv3-pool').outputShape, [null, 117, 300])
  })
})

native('beat-rr has 23,390 parameters, layer by layer; it needs features', () => {
  withModel(beatRr, model => {
    assert.is(model.countParams(), 23_390)
    assert.equal(counts(model), {
      conv1: 864,
      'conv1-norm': 96,
      conv2: 5_376,
      'conv2-norm': 128,
      conv3: 6_400,
      'conv3-norm': 160,
      conv4: 5_760,
      'conv4-norm': 192,
      looks: 3_104,
      'looks-logits': 66,
      rhythm1: 352,
      rhythm2: 792,
      'timed-logits': 50,
      'rhythm-logits': 50,
    })
    assert.equal(model.getLayer('pools').outputShape, [null, 96])
  })
  const { features, ...rest } = shapeOf(beatRr)
  assert.throws(() => beatRr.build(loadTfjs(), rest, 1), /beat-rr: the network takes features beside the signal/)
})

for (const network of networks) {
  native(`${network.name} takes records of its form, and features where there are any, and ends in logits`, () => {
    withModel(network, model => {
      const { samples, width, leads, labels, features } = shapeOf(network)
      assert.is(model.name, network.name)
      assert.equal(
        model.inputs.map(input => input.shape),
        [[null, samples, ...(width ? [width] : []), leads], ...(features === undefined ? [] : [[null, features]])],
      )
      assert.equal(model.outputs[0].shape, [null, labels])
      const last = model.layers.at(-1)!
      assert.is(last.name, 'logits')
      // A sum of logits has no activation at all.
      assert.is(last.getConfig().activation ?? 'linear', 'linear')
    })
  })

  if (network.recipe.cropSamples) {
    native(`${network.name} takes the crops of its recipe`, () => {
      withModel(network, model => {
        const tf = loadTfjs()
        tf.tidy(() => {
          const crop = tf.zeros([2, network.recipe.cropSamples!, shapeOf(network).leads])
          assert.equal((model.apply(crop, { training: true }) as Tensor).shape, [2, shapeOf(network).labels])
        })
      })
    })
  }

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
