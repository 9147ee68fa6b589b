import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FloatGraph, FloatTensor, IntGraph } from '../../src-ts/ir/graph.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { calibrate, type Range, type Ranges } from '../../src-ts/quantize/calibrate.ts'
import { compare } from '../../src-ts/quantize/compare.ts'
import { quantizationFor, quantize } from '../../src-ts/quantize/quantize.ts'
import { dequantizeValues, quantizeValues } from '../../src-ts/quantize/values.ts'
import { random } from '../../src-ts/random.ts'
import { runReference } from '../../src-ts/reference/run.ts'
import { python, skip } from '../helpers/environment.ts'
import { FloatGraphBuilder, floatGraphs } from '../helpers/float-graph.ts'
import { runTfliteMicro } from '../helpers/tflite-micro.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('quantize')
const testWithTfjs = withTfjs('quantize', test)

const SIZE = 60
const normal = (count: number, seed = 1) => {
  const stream = random(seed)
  return Float32Array.from({ length: count * SIZE }, () => stream.normal())
}
const graphs = (seed: number) => floatGraphs(seed).map(graph => runFloatPasses(graph))
const everywhere = (graph: FloatGraph, range: Range): Ranges => new Map(graph.tensors.map((_, i) => [i, range]))
const quantizationOf = (graph: IntGraph, name: string) => graph.tensors.find(t => t.name === name)!.quantization!

test('a range becomes 256 steps: zero is exact, nothing inside is off by more than half a step', () => {
  const real = fc.double({ min: -1e4, max: 1e4, noNaN: true })
  fc.assert(
    fc.property(real, real, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, part) => {
      const range = { min: Math.min(a, b, 0), max: Math.max(a, b, 0) }
      const q = quantizationFor(range)
      assert.is(q.scale[0], Math.fround(q.scale[0]))
      assert.ok(q.zeroPoint[0] >= -128 && q.zeroPoint[0] <= 127 && Number.isInteger(q.zeroPoint[0]))
      assert.equal(dequantizeValues([q.zeroPoint[0]], q), Float32Array.of(0))
      const value = Math.fround(range.min + part * (range.max - range.min))
      const [back] = dequantizeValues(quantizeValues(Float32Array.of(value), q), q)
      // Half a step, and at the ends another half that rounding the zero point may cost; float32 on top.
      assert.ok(Math.abs(back - value) <= q.scale[0] * 1.001 || range.max - range.min < 1e-9)
    }),
  )
})

test('values round halves away from zero and saturate', () => {
  const q = { scale: [0.5], zeroPoint: [-3], axis: 0 }
  assert.equal(
    quantizeValues(Float32Array.of(0, 0.25, -0.25, 0.7, 1000, -1000), q),
    Int8Array.of(-3, -2, -4, -2, 127, -128),
  )
})

testWithTfjs('int8 follows the real values in every network: 20 dB or more at the outputs', tf => {
  for (const graph of graphs(4)) {
    const quantized = quantize(graph, calibrate(tf, graph, [normal(40)]))
    const noise = compare(tf, graph, quantized, normal(4, 2), runReference)
    const outputs = quantized.outputs.map(i => quantized.tensors[i].name)
    for (const node of noise.filter(n => outputs.includes(n.node))) {
      assert.ok(node.signalToNoiseDb > 20, `${graph.name} ${node.node}: ${node.signalToNoiseDb} dB`)
    }
    assert.equal(
      noise.map(n => n.signalToNoiseDb),
      noise.map(n => n.signalToNoiseDb).sort((a, b) => a - b),
    )
    assert.is(noise.length, graph.nodes.length)
  }
})

const peerTest = 'tflite-micro computes the same bytes as the reference, in every network'
const truth = python()
if (truth) {
  testWithTfjs(peerTest, async tf => {
    const jobs = [5, 6].flatMap(graphs).map(graph => {
      const quantized = quantize(graph, calibrate(tf, graph, [normal(40)]))
      const inputs = quantizeValues(normal(8, 3), quantized.tensors[quantized.inputs[0]].quantization!)
      return { graph: quantized, inputs, count: 8 }
    })
    const results = await runTfliteMicro(jobs)
    for (const [i, { graph, inputs, count }] of jobs.entries()) {
      const expected = Array.from({ length: count }, (_, row) => {
        const values = runReference(graph, [inputs.subarray(row * SIZE, (row + 1) * SIZE)])
        return graph.outputs.flatMap(output => Array.from(values[output] as Int8Array))
      }).flat()
      assert.equal(results[i], Int8Array.from(expected), graph.name)
    }
  })
} else skip('quantize', peerTest, 'no Python environment: npm run setup makes it')

test('weights stay in [-127, 127] with a scale a channel, biases have the scale of the products', () => {
  for (const graph of graphs(8)) {
    const quantized = quantize(graph, everywhere(graph, { min: -4, max: 4 }))
    for (const node of quantized.nodes) {
      const [x, filter, bias] = node.inputs.map(i => quantized.tensors[i])
      if (!filter?.data || filter.type !== 'int8') continue
      assert.ok((filter.data as Int8Array).every(w => w >= -127))
      const { scale, axis } = filter.quantization!
      assert.is(scale.length, filter.shape[axis])
      assert.equal(
        bias.quantization!.scale,
        scale.map(s => Math.fround(s * x.quantization!.scale[0])),
      )
    }
  }
})

test('tensors keep their numbers and names, so that layers can be compared', () => {
  for (const graph of graphs(8)) {
    const quantized = quantize(graph, everywhere(graph, { min: -1, max: 1 }))
    assert.equal(
      quantized.tensors.map(t => t.name),
      graph.tensors.map(t => t.name),
    )
    assert.equal(quantized.nodes, graph.nodes)
  }
})

test('what a concatenation joins shares the widest range, through pools and reshapes', () => {
  const b = new FloatGraphBuilder('joined')
  const x = b.input([1, 1, 8, 2])
  const small = b.conv(x, 2, 1)
  const large = b.conv(x, 2, 1)
  const joined = b.flatten(b.concat(b.pool(small, 2, 1), large))
  const graph = b.finish(b.dense(joined, 2))
  const ranges = new Map(graph.tensors.map((_, i) => [i, { min: -1, max: i === large ? 9 : 2 }]))
  const quantized = quantize(graph, ranges)
  const shared = quantized.tensors[joined].quantization
  assert.equal(shared, quantizationFor({ min: -1, max: 9 }))
  for (const tensor of [small, large]) assert.equal(quantized.tensors[tensor].quantization, shared)
  assert.equal(quantized.tensors[x].quantization, quantizationFor({ min: -1, max: 2 }))
})

test('a logistic keeps the scale that TFLite prescribes, and refuses to share another', () => {
  const b = new FloatGraphBuilder('probabilities')
  const logits = b.dense(b.flatten(b.input([1, 1, 4, 2])), 3)
  const probabilities = b.node('logistic', {}, [logits])
  const quantized = quantize(b.finish(b.concat(probabilities)), everywhere(b.finish(), { min: -3, max: 5 }))
  assert.equal(quantizationOf(quantized, 'concatenation3'), { scale: [1 / 256], zeroPoint: [-128], axis: 0 })
  const both = b.concat(probabilities, logits)
  const graph = b.finish(both)
  assert.throws(
    () => quantize(graph, everywhere(graph, { min: -3, max: 5 })),
    /^\[quantize\] logistic2: shares its scale with fullyConnected1 \(through a concatenation\), but TFLite prescribes one of them\.$/,
  )
})

/** One dense layer with given weights and biases. */
function dense(weights: number[][], biases: number[]): FloatGraph {
  const tensors: FloatTensor[] = [
    { name: 'x', shape: [1, weights[0].length] },
    { name: 'weights', shape: [weights.length, weights[0].length], data: Float32Array.from(weights.flat()) },
    { name: 'bias', shape: [biases.length], data: Float32Array.from(biases) },
    { name: 'y', shape: [1, biases.length] },
  ]
  const node = {
    name: 'y',
    op: 'fullyConnected',
    attrs: { activation: 'none', keepNumDims: false },
    inputs: [0, 1, 2],
    outputs: [3],
  }
  return { name: 'dense', tensors, nodes: [node], inputs: [0], outputs: [3] }
}

test('dead and nearly dead channels keep their bias, a huge bias does not overflow', () => {
  const graph = dense(
    [
      [0, 0],
      [1e-30, -1e-30],
      [1e-9, 0],
      [1, -1],
    ],
    [2.5, -1.5, 2000, 0.25],
  )
  const ranges = new Map([
    [0, { min: -1, max: 1 }],
    [3, { min: -10, max: 2010 }],
  ])
  const quantized = quantize(graph, ranges)
  const x = quantizeValues(Float32Array.of(0.5, -0.5), quantized.tensors[0].quantization!)
  const y = dequantizeValues(runReference(quantized, [x])[3] as Int8Array, quantized.tensors[3].quantization!)
  const step = quantized.tensors[3].quantization!.scale[0]
  for (const [channel, expected] of [2.5, -1.5, 2000, 1.25].entries()) {
    assert.ok(Math.abs(y[channel] - expected) <= step, `channel ${channel}: ${y[channel]} instead of ${expected}`)
  }
})

test('a tensor that is always zero has a scale that divides', () => {
  const graph = dense([[1, 2]], [0])
  const quantized = quantize(graph, everywhere(graph, { min: 0, max: 0 }))
  assert.equal(runReference(quantized, [Int8Array.of(0, 0)])[3], Int8Array.of(0))
})

test('a weight that two layers read is quantized for each', () => {
  const one = dense(
    [
      [1, 2],
      [3, 4],
    ],
    [1, 2],
  )
  const second = { ...one.nodes[0], name: 'z', inputs: [3, 1, 2], outputs: [4] }
  const graph = {
    ...one,
    tensors: [...one.tensors, { name: 'z', shape: [1, 2] }],
    nodes: [one.nodes[0], second],
    outputs: [4],
  }
  const ranges = new Map([0, 3, 4].map(i => [i, { min: -i - 1, max: i + 1 }]))
  const [first, next] = quantize(graph, ranges).nodes.map(node => node.inputs)
  assert.equal(first, [0, 1, 2])
  assert.equal(next, [3, 5, 6])
})

test('a missing range and a constant that an operator cannot take are refused by name', () => {
  const graph = dense([[1]], [1])
  assert.throws(() => quantize(graph, new Map()), /^\[quantize\] x: tensor has no range\.$/)
  const b = new FloatGraphBuilder('offset')
  const sum = b.finish(b.add(b.input([1, 1, 2, 2]), b.constant([1, 1, 2, 2], 0, 1)))
  assert.throws(() => quantize(sum, everywhere(sum, { min: -1, max: 1 })), /add0: add cannot take a constant/)
})

test.run()
