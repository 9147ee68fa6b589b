import type { Tensor } from '@tensorflow/tfjs'
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { buildConvNext, convnext, publishedConvNext } from '../../src-ts/networks/convnext.ts'
import { deit, publishedDeit } from '../../src-ts/networks/deit.ts'
import { buildEfficientNetV2, efficientnetV2, publishedEfficientNetV2 } from '../../src-ts/networks/efficientnet-v2.ts'
import { type Network, networkShape } from '../../src-ts/networks/network.ts'
import { pictureControl } from '../../src-ts/networks/picture-control.ts'
import { visionTransformer } from '../../src-ts/networks/vision-transformer.ts'
import { publishedVit, vit } from '../../src-ts/networks/vit.ts'
import { vitDrawn } from '../../src-ts/networks/vit-drawn.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { ptbxlSuperclass } from '../../src-ts/tasks/ptbxl-superclass.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('networks of pictures')
const native = withTfjs('networks of pictures', test)
const IMAGENET = { samples: 224, width: 224, leads: 3, labels: 1000 }

/** What each network has: all parameters, and the operators that it becomes. */
const expected: { network: Network; parameters: number; operators: Record<string, number> }[] = [
  {
    network: vit,
    parameters: 290_005,
    operators: {
      reshape: 4,
      resizeBilinear: 1,
      conv2d: 38,
      gelu: 4,
      pad: 1,
      add: 7,
      layerNormalization: 7,
      batchMatmul: 18,
      softmax: 9,
      concatenation: 3,
      depthwiseConv2d: 1,
      slice: 1,
      fullyConnected: 1,
    },
  },
  {
    network: deit,
    parameters: 290_586,
    operators: {
      reshape: 5,
      resizeBilinear: 1,
      conv2d: 38,
      gelu: 4,
      pad: 1,
      add: 8,
      layerNormalization: 7,
      batchMatmul: 18,
      softmax: 9,
      concatenation: 3,
      depthwiseConv2d: 1,
      slice: 2,
      fullyConnected: 2,
      mul: 1,
    },
  },
  {
    network: efficientnetV2,
    parameters: 92_163,
    operators: {
      reshape: 4,
      resizeBilinear: 1,
      conv2d: 16,
      hardSwish: 12,
      depthwiseConv2d: 3,
      mean: 4,
      logistic: 3,
      mul: 3,
      add: 1,
      fullyConnected: 1,
    },
  },
  {
    network: convnext,
    parameters: 272_677,
    operators: {
      reshape: 1,
      resizeBilinear: 1,
      conv2d: 11,
      layerNormalization: 8,
      depthwiseConv2d: 6,
      gelu: 4,
      add: 4,
      mean: 1,
      fullyConnected: 1,
    },
  },
  {
    network: vitDrawn,
    parameters: 310_773,
    operators: {
      conv2d: 39,
      gelu: 3,
      reshape: 4,
      pad: 1,
      add: 7,
      layerNormalization: 7,
      batchMatmul: 18,
      softmax: 9,
      concatenation: 3,
      depthwiseConv2d: 1,
      slice: 1,
      fullyConnected: 1,
    },
  },
  {
    network: pictureControl,
    parameters: 73_637,
    operators: { reshape: 2, resizeBilinear: 1, conv2d: 5, mean: 1, fullyConnected: 1 },
  },
]

/** Parameters that training moves, as papers count them. */
function trainable(model: LayersModel): number {
  return model.trainableWeights.reduce((sum, { shape }) => sum + shape.reduce<number>((n, d) => n * d!, 1), 0)
}

for (const { network, parameters, operators } of expected) {
  native(`${network.name} has ${parameters} parameters; no batch norm is left of it after the passes`, tf => {
    const model = network.build(tf, networkShape(ptbxlSuperclass, network), 1)
    assert.is(model.countParams(), parameters)
    const counts: Record<string, number> = {}
    for (const { op } of runFloatPasses(exportGraph(model)).nodes) counts[op] = (counts[op] ?? 0) + 1
    assert.equal(counts, operators)
    model.dispose()
  })
}

native('a record is a picture of 256 rows of time and 182 columns of leads', tf => {
  const model = vit.build(tf, networkShape(ptbxlSuperclass), 1)
  assert.equal(model.getLayer('picture').outputShape, [null, 256, 182, 1])
  const picture = tf.model({ inputs: model.inputs, outputs: model.getLayer('picture').output as SymbolicTensor })
  // A ramp along time, another step at each lead: in the middle of the picture both go on evenly.
  const ramp = Float32Array.from({ length: 12_000 }, (_, i) => Math.floor(i / 12) + (i % 12))
  const pixels = tf.tidy(() => (picture.predict(tf.tensor3d(ramp, [1, 1000, 12])) as Tensor).dataSync())
  const [down, across] = [
    pixels[129 * 182 + 90] - pixels[128 * 182 + 90],
    pixels[128 * 182 + 91] - pixels[128 * 182 + 90],
  ]
  // Single precision at values below 1,000.
  assert.ok(Math.abs(down - 1000 / 256) < 1e-3, `${down}`)
  assert.ok(Math.abs(across - 12 / 182) < 1e-3, `${across}`)
  model.dispose()
})

const published: { name: string; parameters: number; build: (tf: Tf) => LayersModel }[] = [
  // 5,717,416 and 5,910,800 in timm, which has a token and its position apart: 192 numbers more for each token.
  { name: 'ViT-Ti/16', parameters: 5_717_416 - 192, build: tf => visionTransformer(publishedVit, tf, IMAGENET, 1) },
  { name: 'DeiT-Ti/16', parameters: 5_910_800 - 384, build: tf => visionTransformer(publishedDeit, tf, IMAGENET, 1) },
  // As torchvision counts them.
  {
    name: 'EfficientNetV2-S',
    parameters: 21_458_488,
    build: tf => buildEfficientNetV2(publishedEfficientNetV2, tf, IMAGENET, 1),
  },
  { name: 'ConvNeXt-T', parameters: 28_589_128, build: tf => buildConvNext(publishedConvNext, tf, IMAGENET, 1) },
]

for (const { name, parameters, build } of published) {
  native(`${name} has its ${parameters} parameters`, tf => {
    const model = build(tf)
    assert.is(trainable(model), parameters)
    model.dispose()
  })
}

test.run()
