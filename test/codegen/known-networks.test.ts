import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layerTable } from '../../src-ts/codegen/layer-table.ts'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { flavourNames } from '../../src-ts/ops/flavour.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { python, skip } from '../helpers/environment.ts'
import { isAllInt16, withInt16 } from '../helpers/int16-network.ts'
import { NetworkBuilder } from '../helpers/network-builder.ts'
import { difference, type Rows, runProgram } from '../helpers/run-program.ts'
import { runTfliteMicro } from '../helpers/tflite-micro.ts'

const suiteName = 'known networks'
const test = suite(suiteName)
const truth = python()

/** Keyword spotting of MLPerf Tiny: 64 filters, four depthwise-separable blocks. */
function dsCnn(): IntGraph {
  const net = new NetworkBuilder('DS-CNN 49×10')
  let x = net.conv(net.input([1, 49, 10, 1]), 64, [10, 4], [2, 2])
  for (let block = 0; block < 4; block++) x = net.conv(net.depthwise(x, [3, 3], 1), 64, [1, 1], 1)
  return net.graph(net.softmax(net.dense(net.flatten(net.averagePool(x, 25, 5)), 12)))
}

/** Person detection of MLPerf Tiny: MobileNet v1 with a quarter of the channels. */
function mobileNet(): IntGraph {
  const net = new NetworkBuilder('MobileNet 0.25 96×96')
  const blocks = [[16, 1], [32, 2], [32, 1], [64, 2], [64, 1], [128, 2], ...Array(5).fill([128, 1]), [256, 2], [256, 1]]
  let x = net.conv(net.input([1, 96, 96, 3]), 8, [3, 3], 2, 'relu6')
  for (const [channels, stride] of blocks) {
    x = net.conv(net.depthwise(x, [3, 3], stride, 'relu6'), channels, [1, 1], 1, 'relu6')
  }
  const logits = net.dense(net.flatten(net.averagePool(x, 3, 3)), 2)
  return net.graph(net.softmax(logits), logits, x)
}

/** Image classification of MLPerf Tiny: three residual stacks. */
function resNet(): IntGraph {
  const net = new NetworkBuilder('ResNet-8 32×32')
  let x = net.conv(net.input([1, 32, 32, 3]), 16, [3, 3], 1)
  for (const [channels, stride] of [
    [16, 1],
    [32, 2],
    [64, 2],
  ]) {
    const y = net.conv(net.conv(x, channels, [3, 3], stride), channels, [3, 3], 1, 'none')
    x = net.add(stride === 1 ? x : net.conv(x, channels, [1, 1], stride, 'none'), y)
  }
  return net.graph(net.softmax(net.dense(net.flatten(net.averagePool(x, 8, 8)), 10)))
}

/** Anomaly detection of MLPerf Tiny: a model without any convolution. */
function autoencoder(): IntGraph {
  const net = new NetworkBuilder('autoencoder 640')
  let x = net.input([1, 640])
  for (const units of [128, 128, 128, 128, 8, 128, 128, 128, 128]) x = net.dense(x, units, 'relu')
  return net.graph(net.dense(x, 640))
}

/** A streaming network along time: one row, valid depthwise windows, two outputs. */
function streaming(): IntGraph {
  const net = new NetworkBuilder('streaming 1-D')
  let x = net.conv(net.input([1, 1, 90, 12]), 24, [1, 1], 1)
  for (const stride of [1, 2, 1]) x = net.conv(net.depthwise(x, [1, 9], stride, 'relu', 'valid'), 24, [1, 1], 1)
  return net.graph(net.dense(net.flatten(x), 5), x)
}

/** Two inputs, a tensor that lives to the end, and a node that reads one tensor twice. */
function branches(): IntGraph {
  const net = new NetworkBuilder('two inputs and a long life')
  const [a, b] = [net.input([1, 1, 20, 8]), net.input([1, 1, 20, 8], 0.1)]
  let x = net.add(a, b, 'none')
  const early = x
  for (let i = 0; i < 4; i++) x = net.conv(x, 8, [1, 3], 1)
  const doubled = net.add(x, x)
  return net.graph(doubled, net.add(early, doubled, 'relu6'), net.dense(net.flatten(early), 3))
}

/** The reference needs a second for 10 million MACs; the others are as fast as they are small. */
const networks = [
  { graph: dsCnn(), count: 2, macs: 2_656_768 },
  { graph: mobileNet(), count: 1, macs: 7_489_664 },
  { graph: resNet(), count: 1, macs: 12_501_632 },
  { graph: autoencoder(), count: 6, macs: 264_192 },
  { graph: streaming(), count: 6, macs: undefined },
  { graph: branches(), count: 8, macs: undefined },
  { graph: withInt16(dsCnn()), count: 1, macs: 2_656_768 },
  { graph: withInt16(autoencoder()), count: 6, macs: 264_192 },
  { graph: withInt16(branches()), count: 8, macs: undefined },
]
const jobs = networks.map(({ graph, count }, i): Rows => {
  const stream = random(i, 5)
  const inputs = Int8Array.from({ length: count * rowBytes(graph, graph.inputs) }, () => stream.integer(256))
  return { graph, inputs, count }
})
let expected: Int8Array[] = []
test.before(() => {
  expected = jobs.map(({ graph, inputs, count }) => rowRunner(graph)(inputs, count))
})

test('16×8 keeps nothing in int8 but weights', () => {
  const wide = networks.filter(({ graph }) => graph.name.endsWith('int16'))
  assert.equal(
    wide.map(({ graph }) => isAllInt16(graph)),
    [true, true, true],
  )
})

test('they have the size that is published, and their outputs say something', () => {
  for (const [i, { graph, macs }] of networks.entries()) {
    if (macs) assert.is(layerTable(graph).macs, macs, graph.name)
    assert.ok(new Set(expected[i]).size > 1, `${graph.name} gives one value only`)
  }
})

for (const flavour of flavourNames) {
  test(`${flavour} gives the bytes of the reference`, async () => {
    const results = await runProgram(jobs, flavour)
    for (const [i, got] of results.entries()) assert.is(difference(got, expected[i]), undefined, jobs[i].graph.name)
  })
}

const testName = 'tflite-micro gives the bytes of the reference'
if (truth) {
  test(testName, async () => {
    for (const [i, got] of (await runTfliteMicro(jobs)).entries()) {
      if (typeof got === 'string') throw new Error(`tflite-micro refuses ${jobs[i].graph.name}: ${got}`)
      assert.is(difference(got, expected[i]), undefined, jobs[i].graph.name)
    }
  })
} else skip(suiteName, testName, 'no Python environment: npm run setup makes it')

test.run()
