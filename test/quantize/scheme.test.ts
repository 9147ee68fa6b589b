import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FloatGraph, IntGraph } from '../../src-ts/ir/graph.ts'
import type { Range } from '../../src-ts/ir/quantization-for.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { calibrate, type Ranges } from '../../src-ts/quantize/calibrate.ts'
import { compare } from '../../src-ts/quantize/compare.ts'
import { quantize } from '../../src-ts/quantize/quantize.ts'
import { int8Scheme, type Scheme, schemeFor } from '../../src-ts/quantize/scheme.ts'
import { random } from '../../src-ts/random.ts'
import { runReference } from '../../src-ts/reference/run.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { python, skip } from '../helpers/environment.ts'
import { FloatGraphBuilder, floatGraphs } from '../helpers/float-graph.ts'
import { type Job, runTfliteMicro } from '../helpers/tflite-micro.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('quantization schemes')
const testWithTfjs = withTfjs('quantization schemes', test)

const SIZE = 60
const normal = (count: number, seed = 1) => {
  const stream = random(seed)
  return Float32Array.from({ length: count * SIZE }, () => stream.normal())
}
const graphs = (seed: number) => floatGraphs(seed).map(graph => runFloatPasses(graph))
const everywhere = (graph: FloatGraph, range: Range): Ranges => new Map(graph.tensors.map((_, i) => [i, range]))
const wide: Scheme = { ...int8Scheme, activation: () => 'int16' }

/** Some tensors int16, drawn by a seed; nodes that only copy follow what they read. */
function mixed(seed: number): Scheme {
  return {
    ...int8Scheme,
    activation: ({ name }) =>
      random(seed, name.length, name.charCodeAt(name.length - 1)).integer(2) ? 'int16' : 'int8',
  }
}

test('without a scheme everything is int8 with weights of 8 bits', () => {
  for (const graph of graphs(3)) {
    const ranges = everywhere(graph, { min: -4, max: 4 })
    assert.equal(quantize(graph, ranges, int8Scheme), quantize(graph, ranges))
  }
})

for (const [weightBits, most] of [
  [8, 127],
  [7, 63],
  [4, 7],
] as const) {
  test(`weights of ${weightBits} bits lie in [-${most}, ${most}] and reach an end in every channel`, () => {
    for (const graph of graphs(8)) {
      const quantized = quantize(graph, everywhere(graph, { min: -4, max: 4 }), { ...int8Scheme, weightBits })
      for (const { op, inputs } of quantized.nodes) {
        const { linear } = opByKind(op)
        if (!linear) continue
        const { data, shape } = quantized.tensors[inputs[1]]
        const inner = shape.slice(linear.outputAxis + 1).reduce((a, b) => a * b, 1)
        const largest = Array(shape[linear.outputAxis]).fill(0)
        ;(data as Int8Array).forEach((w, i) => {
          const channel = Math.floor(i / inner) % largest.length
          largest[channel] = Math.max(largest[channel], Math.abs(w))
        })
        assert.ok(
          largest.every(value => value === most),
          `${graph.name}: ${largest}`,
        )
      }
    }
  })
}

testWithTfjs('noise: more bits of weights, and int16 activations, are nearer to the real values', tf => {
  const signal = (graph: FloatGraph, scheme: Scheme) => {
    const quantized = quantize(graph, calibrate(tf, graph, [normal(40)]), scheme)
    const output = quantized.tensors[graph.outputs[0]].name
    return compare(tf, graph, quantized, normal(4, 2), runReference).find(n => n.node === output)!.signalToNoiseDb
  }
  for (const graph of graphs(4)) {
    const [four, seven, eight] = ([4, 7, 8] as const).map(weightBits => signal(graph, { ...int8Scheme, weightBits }))
    assert.ok(four < seven && seven < eight + 3, `${graph.name}: ${four}, ${seven}, ${eight} dB`)
    const int16 = signal(graph, wide)
    assert.ok(int16 > eight, `${graph.name}: ${int16} dB of int16, ${eight} of int8`)
  }
})

test('a node of int16 stands between two QUANTIZE, its bias is int64', () => {
  const b = new FloatGraphBuilder('between')
  const x = b.input([1, 1, 20, 3])
  const middle = b.conv(b.conv(x, 4, 3), 5, 3)
  const graph = b.finish(b.conv(middle, 2, 1), b.mean(middle))
  const name = graph.tensors[middle].name
  const quantized = quantize(graph, everywhere(graph, { min: -3, max: 1 }), schemeFor(graph, 8, [name]))
  assert.is(quantized.nodes.map(n => n.op).join(' '), 'conv2d quantize conv2d quantize conv2d mean')
  const node = quantized.nodes[2]
  const types = (indices: readonly number[]) => indices.map(i => quantized.tensors[i].type).join(' ')
  assert.is(`${types(node.inputs)} → ${types(node.outputs)}`, 'int16 int8 int64 → int16')
  assert.equal(quantized.tensors[middle].quantization, { scale: [Math.fround(3 / 32767)], zeroPoint: [0], axis: 0 })
  // Both readers of the int8 form share one conversion.
  assert.is(quantized.nodes[4].inputs[0], quantized.nodes[5].inputs[0])
  assert.equal(
    readTflite(writeTflite(quantized), 'net.tflite').nodes,
    quantized.nodes.map(n => ({ ...n, name: quantized.tensors[n.outputs[0]].name })),
  )
})

test('a network of int16 throughout has no QUANTIZE, and LOGISTIC the scale that TFLite prescribes', () => {
  const b = new FloatGraphBuilder('wide')
  const logits = b.dense(b.flatten(b.input([1, 1, 4, 2])), 3)
  const graph = b.finish(b.node('logistic', {}, [logits]))
  const quantized = quantize(graph, everywhere(graph, { min: -3, max: 5 }), wide)
  assert.is(quantized.nodes.map(n => n.op).join(' '), 'reshape fullyConnected logistic')
  const { quantization, type } = quantized.tensors[quantized.outputs[0]]
  assert.equal([type, quantization], ['int16', { scale: [1 / 32768], zeroPoint: [0], axis: 0 }])
})

test('names that do not exist and operators without int16 are refused', () => {
  const b = new FloatGraphBuilder('odd')
  const x = b.conv(b.input([1, 1, 8, 2]), 3, 3)
  const axes = b.tensors.push({ name: 'axes', shape: [2], data: Int32Array.of(1, 2) }) - 1
  const graph = b.finish(b.node('reduceMax', { keepDims: false }, [x, axes]))
  assert.throws(
    () => schemeFor(graph, 8, ['conv2d']),
    /^\[quantize\] conv2d: the network has no such node\. Did you mean conv2d0/,
  )
  assert.throws(
    () => quantize(graph, everywhere(graph, { min: -1, max: 1 }), wide),
    /^\[quantize\] reduceMax1: reduceMax cannot compute in int16\. docs\/operators\.md/,
  )
})

const peerTest = 'tflite-micro computes the same bytes as the reference, in every scheme'
if (python()) {
  testWithTfjs(peerTest, async tf => {
    const jobs = graphs(5).flatMap((graph, g) => {
      const ranges = calibrate(tf, graph, [normal(40)])
      const schemes = [wide, mixed(1), mixed(2), mixed(3), { ...mixed(4), weightBits: 7 as const }]
      return schemes.map((scheme, s) => jobOf(quantize(graph, ranges, scheme), g * 10 + s))
    })
    const conversions = jobs.flatMap(job => job.graph.nodes.filter(node => node.op === 'quantize'))
    assert.ok(conversions.length > 20, `${conversions.length} conversions`)
    const results = await runTfliteMicro(jobs)
    for (const [i, { graph, inputs, count }] of jobs.entries()) {
      if (typeof results[i] === 'string') throw new Error(`tflite-micro refuses ${graph.name}: ${results[i]}`)
      const bytes = inputs.length / count
      const expected = Array.from({ length: count }, (_, row) => {
        const own = inputs.slice(row * bytes, (row + 1) * bytes)
        const input = graph.tensors[graph.inputs[0]].type === 'int16' ? new Int16Array(own.buffer) : own
        const values = runReference(graph, [input])
        return graph.outputs.flatMap(output => [...new Int8Array(values[output]!.buffer)])
      }).flat()
      assert.equal(results[i], Int8Array.from(expected), `${graph.name}, job ${i}`)
    }
  })
} else skip('quantization schemes', peerTest, 'no Python environment: npm run setup makes it')

function jobOf(graph: IntGraph, seed: number): Job {
  const count = 4
  const width = graph.tensors[graph.inputs[0]].type === 'int16' ? 2 : 1
  const stream = random(seed)
  return { graph, count, inputs: Int8Array.from({ length: count * SIZE * width }, () => stream.integer(256) - 128) }
}

test.run()
