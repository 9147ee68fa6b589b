import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import type { IntTensor } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import type { NodeView } from '../../src-ts/ops/op.ts'

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

test('scales for which TFLM stops', () => {
  const tiny = { quantization: { scale: [Math.fround(1e-9)], zeroPoint: [0], axis: 0 } }
  for (const kind of ['add', 'sub', 'hardSwish']) refused(kind, 'outputs.0', tiny, /output scale is too small/)
})

test('operands that do not fit together', () => {
  refused('mul', 'inputs.1', { shape: [1, 1, 9, 5] }, /cannot be broadcast/)
  refused('mul', 'inputs.1', { type: 'int16' }, /operands must be int8 as the output is \(got int8 and int16\)/)
  refused('padV2', 'inputs.2', { data: undefined }, /padding value must be one constant/)
})

test.run()
