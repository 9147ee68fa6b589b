import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Draft } from '../../src-ts/passes/draft.ts'
import { evaluateFloat } from '../../src-ts/passes/float/evaluate.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { affineOf, withInputMapped } from '../../src-ts/passes/float/linear.ts'
import { FloatGraphBuilder } from '../helpers/float-graph.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('same-padding')
const testWithTfjs = withTfjs('same-padding', test)

/** conv → relu → batch norm → conv k5 with the given padding. */
function network(padding: string) {
  const b = new FloatGraphBuilder('norm-then-conv')
  const norm = b.norm(b.conv(b.input([1, 1, 20, 3]), 4, 3, { activation: 'relu' }))
  return b.finish(b.conv(norm, 2, 5, { padding }))
}

/** The fold that must not be done: batch norm into the convolution after it, whatever its padding. */
function foldedAnyway(graph: ReturnType<typeof network>) {
  const draft = new Draft(graph)
  const norm = draft.nodes.find(node => node.op === 'batchNorm')!
  const conv = draft.consumers(norm.outputs[0])[0]
  draft.replace(norm)
  draft.replace(conv, withInputMapped(draft, conv, norm.inputs[0], affineOf(draft, norm)))
  return draft.finish()
}

/** Positions in time at which two networks differ; tolerance: float32 sums in another order, over values of a few units. */
function differingPositions(a: Float32Array, b: Float32Array, channels: number): number[] {
  const differs = Array.from(a, (value, i) => (Math.abs(value - b[i]) > 1e-4 ? Math.floor(i / channels) : -1))
  return [...new Set(differs.filter(position => position >= 0))]
}

testWithTfjs('a fold across SAME padding is wrong, at the borders and nowhere else; the passes do not do it', tf => {
  const graph = network('same')
  const x = tf.randomNormal([1, 1, 20, 3], 0, 1, 'float32', 3)
  const values = [graph, foldedAnyway(graph), runFloatPasses(graph)].map(g => {
    const [y] = evaluateFloat(tf, g, [x])
    const data = y.dataSync() as Float32Array
    y.dispose()
    return data
  })
  assert.equal(differingPositions(values[0], values[1], 2), [0, 1, 18, 19])
  assert.equal(differingPositions(values[0], values[2], 2), [])
  x.dispose()
})

test('without padding the fold is done', () => {
  assert.equal(
    runFloatPasses(network('valid')).nodes.map(node => node.op),
    ['conv2d', 'conv2d'],
  )
  assert.equal(
    runFloatPasses(network('same')).nodes.map(node => node.op),
    ['conv2d', 'depthwiseConv2d', 'conv2d'],
  )
})

test.run()
