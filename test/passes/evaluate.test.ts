import type { Tensor } from '@tensorflow/tfjs-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { elements, type FloatGraph, type IntTensor } from '../../src-ts/ir/graph.ts'
import { ops } from '../../src-ts/ops/index.ts'
import type { Op } from '../../src-ts/ops/op.ts'
import { evaluateFloat } from '../../src-ts/passes/float/evaluate.ts'
import { random } from '../../src-ts/random.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { FloatGraphBuilder } from '../helpers/float-graph.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('float evaluation')
const testWithTfjs = withTfjs('float evaluation', test)

/** Convolutions (dilated, depthwise), a dense layer, sum, product, concatenation, both pools, a mean: smooth but for the max pool. */
function network(): FloatGraph {
  const b = new FloatGraphBuilder('gradients', 3)
  const window = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, padding: 'same', activation: 'none' }
  const pool = { filterH: 1, filterW: 2, strideH: 1, strideW: 2, padding: 'valid', activation: 'none' }
  const x = b.conv(b.input([1, 1, 12, 3]), 4, 3, { dilationW: 2 })
  const filter = b.constant([1, 1, 3, 4], -0.5, 0.5)
  const depthwise = b.node('depthwiseConv2d', { ...window, depthMultiplier: 1 }, [x, filter, b.constant([4], -1, 1)])
  const sum = b.add(x, b.node('tanh', {}, [depthwise]))
  const product = b.node('mul', { activation: 'none' }, [sum, b.node('logistic', {}, [depthwise])])
  const joined = b.concat(b.node('averagePool2d', pool, [product]), b.node('maxPool2d', pool, [sum]))
  const hidden = b.node('tanh', {}, [b.dense(b.flatten(joined), 5)])
  return b.finish(b.dense(b.flatten(b.concat(hidden, b.mean(joined))), 2))
}

const weightsOf = (graph: FloatGraph) => graph.tensors.flatMap((t, i) => (t.data instanceof Float32Array ? i : []))

/** Σ y² of a graph's outputs: the loss whose gradients are looked at. */
const loss = (tf: Tf, graph: FloatGraph, x: Tensor, options: Parameters<typeof evaluateFloat>[3] = {}) =>
  tf.tidy(() => {
    const [y] = evaluateFloat(tf, graph, [x], options)
    return tf.sum(tf.square(y)).asScalar()
  })

testWithTfjs('gradients to inputs and constants are the finite differences', tf => {
  const graph = network()
  const indices = weightsOf(graph)
  const start = [
    tf.randomNormal([2, 1, 12, 3], 0, 1, 'float32', 5),
    ...indices.map(i => tf.tensor(graph.tensors[i].data!, [...graph.tensors[i].shape])),
  ]
  const of = (x: Tensor, ...weights: Tensor[]) =>
    loss(tf, graph, x, { constants: index => weights[indices.indexOf(index)] })
  const gradients = tf.grads(of)(start)
  for (const [i, gradient] of gradients.entries()) {
    const { difference, expected, scale } = tf.tidy(() => {
      const drawn = tf.randomNormal(start[i].shape, 0, 1, 'float32', 7 + i)
      const direction = tf.div(drawn, tf.norm(drawn))
      const moved = (by: number) =>
        of(...(start.map((t, k) => (k === i ? tf.add(t, tf.mul(direction, by)) : t)) as [Tensor])).dataSync()[0]
      const step = 2e-3
      return {
        // Fourth order: the step is large enough for float32, and small enough that no max pool changes its mind.
        difference: (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step),
        expected: tf.sum(tf.mul(gradient, direction)).dataSync()[0],
        scale: tf.norm(gradient).dataSync()[0] * tf.norm(direction).dataSync()[0],
      }
    })
    const name = i === 0 ? 'input' : graph.tensors[indices[i - 1]].name
    assert.ok(scale > 0, `${name}: no gradient`)
    assert.ok(Math.abs(difference - expected) < 2e-3 * scale, `${name}: ${expected} and ${difference} by differences`)
  }
  tf.dispose([...start, ...gradients])
})

testWithTfjs('a hook that rounds, with a straight-through gradient, changes outputs and lets gradients pass', tf => {
  const graph = network()
  const x = tf.randomNormal([2, 1, 12, 3], 0, 1, 'float32', 5)
  const round = tf.customGrad(value => ({
    value: tf.div(tf.round(tf.mul(value as Tensor, 4)), 4),
    gradFunc: dy => dy,
  }))
  const seen: number[] = []
  const hook = (index: number, value: Tensor) => {
    seen.push(index)
    return round(value)
  }
  const [plain, rounded] = [loss(tf, graph, x), loss(tf, graph, x, { hook })]
  assert.equal(
    seen.sort((a, b) => a - b),
    [...graph.inputs, ...graph.nodes.flatMap(node => node.outputs)].sort((a, b) => a - b),
  )
  assert.is.not(plain.dataSync()[0], rounded.dataSync()[0])
  // Rounded to quarters, and so is every output.
  const outputs = evaluateFloat(tf, graph, [x], { hook })
  assert.ok(outputs[0].dataSync().every(value => Number.isInteger(value * 4)))
  const gradient = tf.grad((input: Tensor) => loss(tf, graph, input, { hook }))(x)
  const values = [...gradient.dataSync()]
  assert.ok(values.every(Number.isFinite) && values.some(value => value !== 0))
  tf.dispose([x, plain, rounded, ...outputs, gradient])
})

testWithTfjs('variables as constants are trained, and stay the caller’s', tf => {
  const graph = network()
  const x = tf.randomNormal([2, 1, 12, 3], 0, 1, 'float32', 5)
  const [index] = weightsOf(graph)
  const { data, shape } = graph.tensors[index]
  const weight = tf.tidy(() => tf.variable(tf.tensor(data!, [...shape])))
  const optimizer = tf.train.sgd(1e-3)
  const losses = Array.from({ length: 5 }, () => {
    const value = optimizer.minimize(
      () => loss(tf, graph, x, { constants: i => (i === index ? weight : undefined) }),
      true,
      [weight],
    )!
    const number = value.dataSync()[0]
    value.dispose()
    return number
  })
  assert.ok(
    losses.every((value, i) => i === 0 || value < losses[i - 1]),
    losses.join(' '),
  )
  optimizer.dispose()
  tf.dispose([x, weight])
})

testWithTfjs('wanted tensors come in the order asked for', tf => {
  const graph = network()
  const x = tf.randomNormal([1, 1, 12, 3], 0, 1, 'float32', 5)
  const wanted = [graph.outputs[0], graph.inputs[0], graph.nodes[2].outputs[0]]
  const values = evaluateFloat(tf, graph, [x], { wanted })
  assert.equal(
    values.map(v => v.shape),
    wanted.map(i => [...graph.tensors[i].shape]),
  )
  tf.dispose([x, ...values])
})

/** Inputs through which gradients flow: what is computed, and what is trained. Places, axes and shapes stay integers. */
function isReal(kind: string, tensor: IntTensor, input: number): boolean {
  const bias = kind === 'transposeConv' ? 3 : ['conv2d', 'depthwiseConv2d', 'fullyConnected'].includes(kind) ? 2 : -1
  return input === bias || (tensor.type !== 'int32' && (tensor.shape.length > 0 || !tensor.data))
}

/** Places and relations have no gradient, nor have tables of integers; tfjs has no convolution in groups; what PADV2 pads with is a constant. */
const gradientOf = ({ kind, outputTypes }: Op, name: string, input: number) =>
  !kind.startsWith('arg') &&
  kind !== 'byteFunction' &&
  !outputTypes?.includes('bool') &&
  !(kind === 'conv2d' && name === 'grouped') &&
  !(kind === 'padV2' && input === 2)

for (const op of ops) {
  testWithTfjs(`${op.kind}: a gradient reaches every real input`, tf => {
    for (const { name, node } of op.cases()) {
      const stream = random(1)
      // Roots and logarithms have values above 0 only.
      const above = op.kind === 'rsqrt' || ['LOG', 'RSQRT', 'SQRT'].includes(name)
      const draw = () => (above ? 0.1 + stream.uniform() : stream.normal())
      const inputs = node.inputs.map((tensor, i) => {
        if (!tensor) return undefined
        const shape = [...tensor.shape]
        if (tensor.type === 'bool')
          return tf.tensor(
            Uint8Array.from({ length: elements(shape) }, () => stream.integer(2)),
            shape,
            'bool',
          )
        if (!isReal(op.kind, tensor, i)) return tf.tensor(Int32Array.from(tensor.data!, Number), shape, 'int32')
        return tf.tensor(Float32Array.from({ length: elements(shape) }, draw), shape)
      })
      const real = inputs.flatMap((x, i) => (x?.dtype === 'float32' && gradientOf(op, name, i) ? i : []))
      const gradients = !real.length
        ? []
        : tf.grads((...values: Tensor[]) => {
            const all = inputs.map((x, i) => (real.includes(i) ? values[real.indexOf(i)] : x))
            return tf.addN([op.evaluate(tf, node.attrs, all)].flat().map(y => tf.sum(tf.square(y))))
          })(real.map(i => inputs[i]!))
      for (const [k, gradient] of gradients.entries()) {
        assert.equal(gradient.shape, inputs[real[k]]!.shape, `${name}, input ${real[k]}`)
        assert.ok(gradient.dataSync().every(Number.isFinite), `${name}, input ${real[k]}`)
      }
      tf.dispose([...inputs.filter(x => x !== undefined), ...gradients])
    }
  })
}

test.run()
