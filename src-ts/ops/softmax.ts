import { HolterError } from '../errors.ts'
import { clamp, doublingHighMultiply, INT32_MIN, roundingDivideByPowerOfTwo } from '../ir/fixed-point.ts'
import { elements } from '../ir/graph.ts'
import { oneOverOnePlusX } from '../ir/logistic.ts'
import { softmaxLanes } from './kernels/softmax-lanes.ts'
import { type SoftmaxPrepared, softmaxRows } from './kernels/softmax-rows.ts'
import type { NodeView, Op } from './op.ts'
import { type CaseTensor, caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { differencesOf, requireClasses, SUM_BITS } from './parts/exponentials.ts'
import { type Int16Softmax, prepareInt16Softmax, softmaxInt16, softmaxInt16Kernel } from './parts/softmax-int16.ts'

export interface SoftmaxAttrs {
  readonly beta: number
}

/** SOFTMAX over the last axis; its output is always 1/256, −128; int16 of int8 1/65536, −32768, and of int16 1/32768, 0. */
export const softmax: Op<SoftmaxAttrs, SoftmaxPrepared | Int16Softmax> = {
  kind: 'softmax',
  truth: 'tflite-micro',
  rowwise: true,
  probabilities: 'made',
  inputTypes: ['int8', 'int16'],
  outputTypes: ['int8', 'int16'],
  tflite: {
    code: 25,
    options: 9,
    read: o => ({ beta: o.float32(0, 0) }),
    write(builder, attrs) {
      builder.startObject(1)
      builder.addFieldFloat32(0, attrs.beta, 0)
      return builder.endObject()
    },
  },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, attrs, [x]) => tf.softmax(tf.mul(x!, attrs.beta)),
  quantization: { kind: 'fixed', scale: 1 / 256, zeroPoint: -128, int16Scale: 1 / 32768 },
  prepare(node) {
    if (node.inputs[0]!.type === 'int16') return prepareInt16Softmax(node)
    const { shape } = node.inputs[0]!
    const bits = requireOutput(node)
    const classes = shape[shape.length - 1] ?? 1
    requireClasses(node.name, classes)
    const scale = quantizationOf(node.inputs[0]!).scale[0]
    return {
      rows: elements(shape) / classes,
      classes,
      bits,
      exponentials: differencesOf(scale, node.attrs.beta).exponentials,
    }
  },
  reference(p, [x], [y]) {
    if ('factor' in p) return softmaxInt16(p, [x], [y])
    const { rows, classes, bits, exponentials: exp } = p
    const [least, greatest] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
    for (let row = 0; row < rows; row++) {
      const start = row * classes
      let largest = -128
      for (let i = 0; i < classes; i++) largest = Math.max(largest, Number(x[start + i]))
      const exponential = (i: number) => exp[Number(x[start + i]) - largest + 255]
      let sum = 0
      for (let i = 0; i < classes; i++) sum = (sum + roundingDivideByPowerOfTwo(exponential(i), SUM_BITS)) | 0
      const headroom = Math.clz32(sum)
      // 1 / sum = reciprocal · 2^-(12 − headroom): the sum is normalized to [1, 2), and 1 / (1 + x) is known.
      const reciprocal = oneOverOnePlusX(((sum << headroom) + INT32_MIN) | 0)
      const exponent = SUM_BITS - headroom + 31 - bits
      for (let i = 0; i < classes; i++) {
        const product = doublingHighMultiply(reciprocal, exponential(i))
        // Only among more than 511 nearly equal classes is the exponent above 31: TFLM stops there, every share rounds to 0.
        const share = exponent > 31 ? 0 : roundingDivideByPowerOfTwo(product, exponent)
        y[start + i] = clamp(share + least, least, greatest)
      }
    }
  },
  kernels: [softmaxRows, softmaxLanes, softmaxInt16Kernel],
  macs: () => 0,
  cases: () => [
    softmaxCase('five classes', [1, 5], 0.2),
    softmaxCase('rows', [3, 7], 0.05),
    softmaxCase('coarse scale leaves far classes out', [4, 10], 2),
    softmaxCase('fine scale', [2, 12], 1e-4),
    softmaxCase('beta', [2, 6], 0.1, 2.5),
    softmaxCase('one class', [4, 1], 0.1),
    softmaxCase('many classes', [1, 500], 0.01),
    softmaxCase('more classes than shares', [1, 1001], 0.2),
    softmaxCase('five classes, int16 output', [1, 5], 0.2, 1, wideOutput),
    softmaxCase('coarse, int16 output', [4, 10], 2, 1, wideOutput),
    softmaxCase('many classes, int16 output', [2, 500], 0.01, 1, wideOutput),
  ],
}

/** Returns the bits of the output's type; throws unless it has the one quantization that TFLM gives it. */
function requireOutput({ name, outputs: [output] }: NodeView<unknown>): 8 | 16 {
  const [bits, scale, zeroPoint] =
    output.type === 'int16' ? ([16, 1 / 65536, -32768] as const) : ([8, 1 / 256, -128] as const)
  const own = quantizationOf(output)
  // TFLM allows an int16 scale a thousandth.
  const near = bits === 8 ? own.scale[0] === scale : Math.abs(own.scale[0] / scale - 1) <= 1e-3
  if (near && own.zeroPoint[0] === zeroPoint) return bits
  throw new HolterError({
    stage: 'ops',
    where: name,
    problem: 'SOFTMAX has one output quantization only',
    got: `scale ${own.scale[0]}, zero point ${own.zeroPoint[0]}`,
    expected: `scale 1/${1 / scale}, zero point ${zeroPoint}`,
  })
}

const wideOutput = { type: 'int16' as const, scale: 1 / 65536, zeroPoint: -32768 }

function softmaxCase(
  name: string,
  shape: number[],
  scale: number,
  beta = 1,
  output: Omit<CaseTensor, 'shape'> = { scale: 1 / 256, zeroPoint: -128 },
) {
  const input = { shape, scale, zeroPoint: 7 }
  return caseNode<SoftmaxAttrs>(name, 'softmax', { beta }, [input], [{ shape, ...output }])
}
