import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FloatGraph } from '../../src-ts/ir/graph.ts'
import { evaluateFloat } from '../../src-ts/passes/float/evaluate.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { nodeCosts, probing } from '../../src-ts/quantize/costs.ts'
import { equalize } from '../../src-ts/quantize/equalize.ts'
import { type IntegerForm, integerForm, type Precision } from '../../src-ts/quantize/form.ts'
import { measured } from '../../src-ts/quantize/measured.ts'
import { quantize } from '../../src-ts/quantize/quantize.ts'
import { random } from '../../src-ts/random.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { FloatGraphBuilder, floatGraphs } from '../helpers/float-graph.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('the form of integers')
const native = withTfjs('the form of integers', test)

const SIZE = 60
const stream = random(1)
const rows = Float32Array.from({ length: 64 * SIZE }, () => stream.normal())

/** Layers whose channels are of very unlike size, through a pool, a mean and a padded convolution. */
function uneven(): FloatGraph {
  const b = new FloatGraphBuilder('uneven', 5)
  const first = b.conv(b.input([1, 1, 20, 3]), 8, 5, { activation: 'relu' })
  const second = b.conv(b.pool(first, 2, 2), 6, 3, { activation: 'relu' })
  const graph = b.finish(b.dense(b.mean(second), 3))
  const scaled = graph.nodes[0].inputs
  const tensors = graph.tensors.map((t, index) => {
    const perChannel = t.data && t.data.length / 8
    return scaled.includes(index) && perChannel
      ? { ...t, data: (t.data as Float32Array).map((w, i) => w * 3 ** (Math.floor(i / perChannel) - 4)) }
      : t
  })
  return { ...graph, tensors }
}

const outputsOf = (tf: Tf, graph: FloatGraph) =>
  tf.tidy(() => evaluateFloat(tf, graph, [tf.tensor(rows, [64, 1, 20, 3])]).flatMap(y => [...y.dataSync()]))

const decibels = (tf: Tf, { graph, ranges, scheme }: IntegerForm) =>
  probing(tf, graph, ranges, scheme, rows, probe =>
    probe.decibels(
      () => true,
      () => true,
    ),
  )
const decibelsBy = (tf: Tf, graph: FloatGraph, precision: Precision) =>
  decibels(tf, integerForm(tf, graph, rows, precision))

native('equalized, a network gives the same results, and its integers are better', tf => {
  for (const graph of [uneven(), ...floatGraphs(4).map(each => runFloatPasses(each))]) {
    const [before, after] = [outputsOf(tf, graph), outputsOf(tf, equalize(graph))]
    const size = Math.max(...before.map(Math.abs))
    // Float32 sums of products of other sizes.
    for (const [i, value] of before.entries()) assert.ok(Math.abs(value - after[i]) <= 1e-4 * size, graph.name)
  }
  const [plain, equal] = [{}, { equalize: true }].map(precision =>
    decibelsBy(tf, uneven(), { ranges: 'min-max', ...precision }),
  )
  assert.ok(equal > plain + 0.5, `${equal} and ${plain} dB`)
})

native('corrected biases bring the mean of the outputs back', tf => {
  const graph = uneven()
  const error = (precision: Precision) => {
    const form = integerForm(tf, graph, rows, { weightBits: 4, ...precision })
    const integers = quantize(form.graph, form.ranges, form.scheme)
    const { nodes } = measured(tf, { ...form, graph }, integers, rows.subarray(0, 16 * SIZE))
    return nodes.find(({ node }) => node === graph.tensors[graph.outputs[0]].name)!.signalToNoiseDb
  }
  const [plain, corrected] = [error({}), error({ correctBias: true })]
  assert.ok(corrected > plain + 1, `${corrected} and ${plain} dB`)
})

native(
  'int16 is chosen around the tensors that cost most, until the outputs are good enough or the budget is spent',
  tf => {
    const graph = runFloatPasses(floatGraphs(3).find(({ name }) => name === 'inception')!)
    const plain = decibelsBy(tf, graph, { ranges: 'min-max' })
    const choose = (share: number) =>
      integerForm(tf, graph, rows, { ranges: 'min-max', int16: { decibels: plain + 2, share } })
    const [free, bound, none] = [1, 0.3, 0].map(choose)
    const chosen = ({ graph: { tensors }, scheme }: IntegerForm) =>
      tensors.filter(t => !t.data && scheme.activation(t) === 'int16')
    assert.ok(decibels(tf, free) >= plain + 2)
    assert.is(free.int16!.decibels, decibels(tf, free))
    assert.equal(new Set(free.int16!.nodes), new Set(chosen(free).map(({ name }) => name)))
    assert.ok(decibels(tf, bound) > plain)
    assert.ok(chosen(free).length > 1)
    const nodes = graph.nodes.filter(({ outputs }) => chosen(none).includes(graph.tensors[outputs[0]]))
    assert.ok(nodes.every(({ op }) => !['conv2d', 'fullyConnected'].includes(op)))
  },
)

native('the node that costs most is the one whose weights are coarsest', tf => {
  const graph = runFloatPasses(floatGraphs(3).find(({ name }) => name === 'norm-after-relu')!)
  const form = integerForm(tf, graph, rows, {})
  const names = graph.nodes.map(({ outputs }) => graph.tensors[outputs[0]].name)
  const costs = nodeCosts(tf, graph, form.ranges, form.scheme, rows)
  assert.equal(new Set(costs.map(({ node }) => node)), new Set(['ecg', ...names]))
  assert.ok(costs.every(({ aloneDb }, i) => i === 0 || aloneDb >= costs[i - 1].aloneDb))
  // A range of one step leaves nothing of a tensor.
  const [victim] = graph.nodes[1].outputs
  const narrow = new Map(form.ranges).set(victim, { min: 0, max: 1e-3 })
  const [worst] = nodeCosts(tf, graph, narrow, form.scheme, rows)
  assert.is(worst.node, graph.tensors[victim].name)
})

test.run()
