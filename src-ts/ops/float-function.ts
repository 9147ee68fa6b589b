import type { Tensor } from '@tensorflow/tfjs-core'
import { clamp, INT32_MAX, INT32_MIN, roundHalfAway } from '../ir/fixed-point.ts'
import { tableKernel } from './kernels/table.ts'
import type { Backend, Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { lookUp, type TablePrepared, tableOf } from './parts/table.ts'

interface FloatFunction {
  /** TFLite's name of the operator. */
  readonly name: string
  /** What graphs call it where Holter has the operator for integers too. */
  readonly kind?: string
  /** The value in double precision of a float32; the caller rounds it to float32. */
  readonly of: (x: number) => number
  readonly evaluate: (tf: Backend, x: Tensor) => Tensor
}

/** Operators of one value that TFLM computes in float32. */
export const floatFunctions: readonly FloatFunction[] = [
  { name: 'ABS', kind: 'abs', of: Math.abs, evaluate: (tf, x) => tf.abs(x) },
  { name: 'CEIL', of: Math.ceil, evaluate: (tf, x) => tf.ceil(x) },
  { name: 'COS', of: Math.cos, evaluate: (tf, x) => tf.cos(x) },
  { name: 'ELU', kind: 'elu', of: x => (x < 0 ? Math.expm1(x) : x), evaluate: (tf, x) => tf.elu(x) },
  { name: 'EXP', of: Math.exp, evaluate: (tf, x) => tf.exp(x) },
  { name: 'FLOOR', of: Math.floor, evaluate: (tf, x) => tf.floor(x) },
  { name: 'LOG', of: Math.log, evaluate: (tf, x) => tf.log(x) },
  { name: 'NEG', of: x => -x, evaluate: (tf, x) => tf.neg(x) },
  { name: 'RELU', kind: 'relu', of: x => Math.max(0, x), evaluate: (tf, x) => tf.relu(x) },
  { name: 'ROUND', of: roundHalfToEven, evaluate: (tf, x) => tf.round(x) },
  { name: 'RSQRT', kind: 'rsqrt', of: x => 1 / Math.fround(Math.sqrt(x)), evaluate: (tf, x) => tf.rsqrt(x) },
  { name: 'SIN', of: Math.sin, evaluate: (tf, x) => tf.sin(x) },
  { name: 'SQRT', of: Math.sqrt, evaluate: (tf, x) => tf.sqrt(x) },
  { name: 'SQUARE', of: x => x * x, evaluate: (tf, x) => tf.square(x) },
  { name: 'TANH', kind: 'tanh', of: Math.tanh, evaluate: (tf, x) => tf.tanh(x) },
]

export interface FloatFunctionAttrs {
  /** TFLite's names of the operators between DEQUANTIZE and QUANTIZE, in order; none where the scale alone changes. */
  readonly functions: readonly string[]
}

/**
 * A function of one int8 that a file computes in float32: DEQUANTIZE, operators of one value, QUANTIZE. Converters write so what TFLite
 * has no int8 kernel of, as the NEG of LayerNormalization. 256 arguments make a table, so nothing is left of the floats in a module.
 */
export const floatFunction: Op<FloatFunctionAttrs, TablePrepared> = {
  kind: 'floatFunction',
  truth: 'tflite-micro',
  channelwise: oneInput,
  tflite: { nodes: ({ functions }) => ['DEQUANTIZE', ...functions, 'QUANTIZE'] },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, { functions }, [x]) =>
    functions.reduce((value: Tensor, name) => functionOf(name).evaluate(tf, value), tf.clone(x!)),
  quantization: { kind: 'calibrated' },
  prepare({ attrs, inputs: [x], outputs: [y] }) {
    const from = quantizationOf(x!)
    const to = quantizationOf(y)
    return tableOf(q => {
      const real = attrs.functions.reduce(
        (value, name) => Math.fround(functionOf(name).of(value)),
        Math.fround(from.scale[0] * (q - from.zeroPoint[0])),
      )
      const steps = roundHalfAway(Math.fround(real / to.scale[0]))
      return clamp((toInt32(steps) + to.zeroPoint[0]) | 0, -128, 127)
    }, y)
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  kernels: [tableKernel],
  macs: () => 0,
  cases: () => [
    ...floatFunctions.map(({ name }) => functionCase([name])),
    functionCase([]),
    functionCase(['SQUARE', 'NEG', 'EXP']),
  ],
}

function functionOf(wanted: string): FloatFunction {
  return floatFunctions.find(({ name }) => name === wanted)!
}

/** As x86 converts a float: what 32 bits cannot hold, NaN among it, becomes the least integer. */
function toInt32(x: number): number {
  return x >= INT32_MIN && x <= INT32_MAX ? x : INT32_MIN
}

function roundHalfToEven(x: number): number {
  const below = Math.floor(x)
  const above = x - below
  return above < 0.5 || (above === 0.5 && below % 2 === 0) ? below : below + 1
}

function functionCase(functions: readonly string[]) {
  const shape = [1, 77]
  const input = { shape, scale: 0.05, zeroPoint: -100 }
  const output = { shape, scale: 0.03, zeroPoint: -20 }
  return caseNode<FloatFunctionAttrs>(
    functions.join(' of ') || 'none',
    'floatFunction',
    { functions },
    [input],
    [output],
  )
}
