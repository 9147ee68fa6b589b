import { HolterError } from '../errors.ts'
import { clamp, type Multiplier, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { elements, type IntTensor } from '../ir/graph.ts'
import { type Activation, activate, activationRange, activations } from './activation.ts'
import { caseNode } from './cases.ts'
import { quantizationOf } from './channels.ts'
import type { Op } from './op.ts'

export interface AddAttrs {
  readonly activation: Activation
}

export interface AddPrepared {
  readonly count: number
  readonly zeroPoints: readonly [number, number]
  readonly factors: readonly [Multiplier, Multiplier]
  readonly outputFactor: Multiplier
  readonly outputZero: number
  readonly min: number
  readonly max: number
}

/** Both terms are raised by 20 bits before they are brought to the common scale (TFLM add_common.cc). */
const LEFT_SHIFT = 20

/** ADD of two tensors of one shape. */
export const add: Op<AddAttrs, AddPrepared> = {
  kind: 'add',
  tflite: {
    code: 0,
    options: 11,
    read: o => ({ activation: activations[o.int8(0, 0)] }),
    write(builder, attrs) {
      builder.startObject(2)
      builder.addFieldInt8(0, activations.indexOf(attrs.activation), 0)
      return builder.endObject()
    },
  },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, attrs, [a, b]) => activate(tf, attrs.activation, tf.add(a!, b!)),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const [a, b] = node.inputs as [IntTensor, IntTensor]
    const [output] = node.outputs
    if (a.shape.join() !== b.shape.join() || a.data || b.data) {
      throw new HolterError({
        stage: 'codegen',
        where: node.name,
        problem: 'ADD is supported for two computed tensors of one shape',
        got: `[${a.shape}]${a.data ? ' constant' : ''} and [${b.shape}]${b.data ? ' constant' : ''}`,
      })
    }
    const [scaleA, scaleB] = [quantizationOf(a).scale[0], quantizationOf(b).scale[0]]
    const twiceMax = 2 * Math.max(scaleA, scaleB)
    return {
      count: elements(output.shape),
      zeroPoints: [quantizationOf(a).zeroPoint[0], quantizationOf(b).zeroPoint[0]],
      factors: [quantizeMultiplier(scaleA / twiceMax), quantizeMultiplier(scaleB / twiceMax)],
      outputFactor: quantizeMultiplier(twiceMax / (2 ** LEFT_SHIFT * quantizationOf(output).scale[0])),
      outputZero: quantizationOf(output).zeroPoint[0],
      ...activationRange(node.attrs.activation, quantizationOf(output)),
    }
  },
  reference(p, [a, b], [y]) {
    const term = (q: number | bigint, i: 0 | 1) =>
      requantize((Number(q) - p.zeroPoints[i]) << LEFT_SHIFT, p.factors[i].multiplier, p.factors[i].shift)
    for (let i = 0; i < p.count; i++) {
      const sum = (term(a[i], 0) + term(b[i], 1)) | 0
      y[i] = clamp(requantize(sum, p.outputFactor.multiplier, p.outputFactor.shift) + p.outputZero, p.min, p.max)
    }
  },
  emit: (p, to) =>
    to.call('add', 'add', [
      ['a', to.input(0), p.zeroPoints[0], p.factors[0].multiplier, p.factors[0].shift],
      ['b', to.input(1), p.zeroPoints[1], p.factors[1].multiplier, p.factors[1].shift],
      ['output', to.output(0), p.count, p.outputZero, p.outputFactor.multiplier, p.outputFactor.shift],
      ['clamp', p.min, p.max],
    ]),
  macs: () => 0,
  cases: () => [
    addCase('equal scales', 0.05, 0.05, 0.1, 'none'),
    addCase('scales far apart, relu', 0.001, 2, 0.9, 'relu'),
    addCase('small output scale saturates', 0.3, 0.2, 0.01, 'relu6'),
  ],
}

function addCase(name: string, a: number, b: number, out: number, activation: Activation) {
  const shape = [1, 1, 9, 7]
  return caseNode<AddAttrs>(
    name,
    'add',
    { activation },
    [
      { shape, scale: a, zeroPoint: -128 },
      { shape, scale: b, zeroPoint: 31 },
    ],
    [{ shape, scale: out, zeroPoint: -5 }],
  )
}
