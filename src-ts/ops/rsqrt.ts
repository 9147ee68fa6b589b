import { HolterError } from '../errors.ts'
import { clamp, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { inverseSquareRoot } from '../ir/inverse-square-root.ts'
import { tableKernel } from './kernels/table.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { lookUp, type TablePrepared, tableOf } from './parts/table.ts'

/** Bits by which TFLM raises the inverse square root of a whole number before it rescales it. */
const RAISED = 20

/** RSQRT, 1 / √x; the largest value at 0. TFLM stops at a negative value, so the input must not be able to hold one. */
export const rsqrt: Op<Record<string, never>, TablePrepared> = {
  kind: 'rsqrt',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  tflite: { code: 76, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.rsqrt(x!),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const from = quantizationOf(node.inputs[0]!)
    const to = quantizationOf(node.outputs[0])
    if (from.zeroPoint[0] !== -128) {
      const problem = 'input can hold negative values, at which TFLM stops'
      const got = `zero point ${from.zeroPoint[0]}`
      throw new HolterError({ stage: 'ops', where: node.name, problem, got, expected: '-128' })
    }
    // In float32, as TFLM.
    const root = Math.fround(Math.sqrt(from.scale[0]))
    const { multiplier, shift } = quantizeMultiplier(1 / Math.fround(root * to.scale[0]))
    return tableOf(q => {
      const value = q - from.zeroPoint[0]
      if (value === 0) return 127
      const inverse = inverseSquareRoot(value)
      const raised = requantize(1, inverse.multiplier, inverse.shift + RAISED)
      return clamp(requantize(raised, multiplier, shift - RAISED) + to.zeroPoint[0], -128, 127)
    }, node.outputs[0])
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  kernels: [tableKernel],
  macs: () => 0,
  cases: () => [rsqrtCase(0.05, 0.02, -128), rsqrtCase(0.0004, 0.3, -20), rsqrtCase(3, 0.001, 90)],
}

function rsqrtCase(scale: number, outScale: number, outZero: number) {
  const shape = [1, 77]
  const output = { shape, scale: outScale, zeroPoint: outZero }
  return caseNode(`${scale} to ${outScale}`, 'rsqrt', {}, [{ shape, scale, zeroPoint: -128 }], [output])
}
