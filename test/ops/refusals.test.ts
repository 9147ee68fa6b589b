import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import type { IntTensor } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import type { NodeView } from '../../src-ts/ops/op.ts'
import { prepareGraph } from '../../src-ts/reference/prepare.ts'
import { withInt16 } from '../../tools/random-networks/int16-network.ts'
import { graphOf } from '../helpers/one-node.ts'

const test = suite('ops refuse what they would compute wrongly')

/** The op's first case with one tensor changed; `place` is `inputs.1`. */
function refused(kind: string, place: string, change: Partial<IntTensor>, message: RegExp, at = 0) {
  const op = opByKind(kind)
  const { node } = op.cases()[at]
  const [role, index] = place.split('.')
  const changed = (tensors: NodeView<any>['inputs']) =>
    tensors.map((t, i) => (i === Number(index) ? { ...t!, ...change } : t))
  const view = { ...node, [role]: changed(node[role as 'inputs' | 'outputs']) }
  try {
    op.prepare(view)
  } catch (error) {
    assert.instance(error, HolterError)
    assert.match((error as Error).message, message)
    return
  }
  assert.unreachable(`${kind} accepts ${message}`)
}

test('comparisons and choices that TFLM would stop at or misread', () => {
  const wide = { scale: [1], zeroPoint: [0], axis: 0 }
  refused(
    'greater',
    'inputs.1',
    { quantization: wide },
    /operands whose scales are below 1 \(got 1, expected below 1\)/,
  )
  refused('equal', 'inputs.1', { type: 'int16' }, /operands must be int8 and int8 \(got int8 and int16\)/)
  refused('logicalAnd', 'inputs.1', { type: 'int8' }, /operands must be bool as the output is \(got bool and int8\)/)
  refused('selectV2', 'inputs.0', { type: 'int8' }, /chooses by bool between two of the output's type/)
  refused('selectV2', 'inputs.2', { type: 'int16' }, /got bool, int8 and int16, expected bool, int8 and int8/)
})

test('weights and biases of another form than converters write', () => {
  for (const kind of ['conv2d', 'depthwiseConv2d', 'fullyConnected']) {
    const weights = opByKind(kind).cases()[0].node.inputs[1]!
    const { scale, axis } = weights.quantization!
    refused(kind, 'inputs.1', { data: undefined }, /weights must be constant/)
    refused(kind, 'inputs.1', { type: 'int16' }, /weights must be constant \(got int16, expected int8\)/)
    refused(kind, 'inputs.1', { quantization: { scale, axis, zeroPoint: scale.map(() => 1) } }, /zero point 0/)
    refused(kind, 'inputs.1', { quantization: { scale: [1, 1], axis, zeroPoint: [0, 0] } }, /wrong number of scales/)
    refused(kind, 'inputs.2', { data: undefined }, /a bias must be constant/)
    refused(kind, 'inputs.2', { data: new Int32Array(1) }, /one value for each channel/)
  }
})

test('pools that would have to rescale', () => {
  const quantization = { scale: [0.2], zeroPoint: [-20], axis: 0 }
  refused('averagePool2d', 'outputs.0', { quantization }, /must have the same quantization/)
})

test('functions with one output quantization', () => {
  refused(
    'softmax',
    'outputs.0',
    { quantization: { scale: [1 / 128], zeroPoint: [-128], axis: 0 } },
    /expected scale 1\/256/,
  )
})

test('16×8: biases that TFLM misreads, factors and sums that it does not define', () => {
  const wide = (kind: string) => withInt16(graphOf(kind, opByKind(kind).cases()[0]))
  const prepare = (kind: string, change: (t: IntTensor, i: number) => IntTensor) => {
    const graph = wide(kind)
    return () => prepareGraph({ ...graph, tensors: graph.tensors.map(change) })
  }
  const { inputs } = wide('depthwiseConv2d').nodes[0]
  const int32 = (t: IntTensor, i: number) =>
    i === inputs[2] ? { ...t, type: 'int32' as const, data: Int32Array.from(t.data as BigInt64Array, Number) } : t
  assert.throws(prepare('depthwiseConv2d', int32), /a bias must be constant \(got int32, expected int64\)/)
  const huge = (t: IntTensor, i: number) =>
    i === inputs[2] ? { ...t, data: (t.data as BigInt64Array).map(() => 1n << 46n) } : t
  assert.throws(prepare('depthwiseConv2d', huge), /a bias is larger than TFLM can rescale/)
  const fine = (t: IntTensor) =>
    t.name.startsWith('output') ? { ...t, quantization: { scale: [1e-12], zeroPoint: [0], axis: 0 } } : t
  assert.throws(prepare('depthwiseConv2d', fine), /TFLM does not define its 64-bit rescale there/)
})

test('16×8: sigmoids have one output scale, and inputs that their table can hold', () => {
  const of = (scale: number) => ({ type: 'int16' as const, quantization: { scale: [scale], zeroPoint: [0], axis: 0 } })
  for (const kind of ['logistic', 'tanh', 'softmax']) {
    const { node } = opByKind(kind).cases()[0]
    const view = (x: number, y: number) => ({
      ...node,
      inputs: [{ ...node.inputs[0]!, ...of(x) }],
      outputs: [{ ...node.outputs[0], ...of(y) }],
    })
    opByKind(kind).prepare(view(1e-3, 1 / 32768))
    assert.throws(() => opByKind(kind).prepare(view(1e-3, 1 / 65536)), /scale 1\/32768/)
    if (kind !== 'softmax')
      assert.throws(() => opByKind(kind).prepare(view(3, 1 / 32768)), /outside of what TFLM can bring/)
  }
})

test('scales for which TFLM stops', () => {
  const tiny = { quantization: { scale: [Math.fround(1e-9)], zeroPoint: [0], axis: 0 } }
  for (const kind of ['add', 'sub', 'hardSwish']) refused(kind, 'outputs.0', tiny, /output scale is too small/)
})

test('operands that do not fit together', () => {
  refused('mul', 'inputs.1', { shape: [1, 1, 9, 5] }, /cannot be broadcast/)
  refused('mul', 'inputs.1', { type: 'int16' }, /operands must be int8 as the output is \(got int8 and int16\)/)
  refused('padV2', 'inputs.2', { data: undefined }, /padding value must be one constant/)
  refused('padV2', 'inputs.2', { type: 'int16' }, /one constant with the type.*got int16.*expected int8/)
  refused('concatenation', 'inputs.1', { type: 'int16' }, /another type or quantization than its output \(got int16/, 4)
  refused('batchMatmul', 'inputs.1', { type: 'int16' }, /operands must be int8 as the output is/, 1)
})

test.run()
