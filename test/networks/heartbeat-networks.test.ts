import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { attentionCnn } from '../../src-ts/networks/attention-cnn.ts'
import { networks } from '../../src-ts/networks/index.ts'
import { type Network, networkShape } from '../../src-ts/networks/network.ts'
import { resnet1d } from '../../src-ts/networks/resnet1d.ts'
import { resnext1d } from '../../src-ts/networks/resnext1d.ts'
import { vitCnn } from '../../src-ts/networks/vit-cnn.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { heartbeat } from '../../src-ts/tasks/heartbeat.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('networks for beats')
const native = withTfjs('networks for beats', test)

/** What each network has: all parameters, those of some layers, and the operators that it becomes. */
const expected: { network: Network; parameters: number; layers: object; operators: Record<string, number> }[] = [
  {
    network: resnet1d,
    parameters: 49_613,
    layers: { stem: 168, 'block1-1': 2_304, 'block2-short-cut': 1_536, 'block3-2': 12_288, logits: 3_845 },
    operators: { conv2d: 10, add: 3, reshape: 1, fullyConnected: 1 },
  },
  {
    network: resnext1d,
    parameters: 54_533,
    layers: { stem: 224, 'block1-path4': 1_280, 'block2-path1-narrow': 1_560, 'block2-wide': 9_216, logits: 5_765 },
    operators: { conv2d: 21, maxPool2d: 1, concatenation: 2, add: 2, reshape: 1, fullyConnected: 1 },
  },
  {
    network: attentionCnn,
    parameters: 50_885,
    layers: { conv1: 168, 'conv2-narrow': 410, 'conv3-excite': 1_088, conv4: 18_432, logits: 5_765 },
    operators: { conv2d: 4, mean: 4, fullyConnected: 9, logistic: 4, reshape: 5, mul: 4 },
  },
  {
    network: vitCnn,
    parameters: 35_357,
    layers: {
      patch3: 5_760,
      'encoder-head3-query': 784,
      'encoder-project': 2_352,
      'encoder-hidden': 6_272,
      logits: 1_925,
    },
    operators: {
      conv2d: 15,
      batchMatmul: 6,
      softmax: 3,
      concatenation: 1,
      add: 2,
      maxPool2d: 1,
      reshape: 1,
      fullyConnected: 1,
    },
  },
]

test('all of them are here', () => {
  assert.equal(
    expected.map(({ network }) => network),
    networks.filter(({ task }) => task === heartbeat.name),
  )
})

for (const { network, parameters, layers, operators } of expected) {
  native(`${network.name} has ${parameters} parameters; after the passes no batch norm is left of it`, tf => {
    const model = network.build(tf, networkShape(heartbeat), 1)
    assert.is(model.countParams(), parameters)
    for (const [name, count] of Object.entries(layers)) assert.is(model.getLayer(name).countParams(), count, name)
    const counts: Record<string, number> = {}
    for (const { op } of runFloatPasses(exportGraph(model)).nodes) counts[op] = (counts[op] ?? 0) + 1
    assert.equal(counts, operators)
    model.dispose()
  })
}

test.run()
