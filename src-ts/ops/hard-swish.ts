import { HolterError } from '../errors.ts'
import { clamp, quantizeMultiplier, roundingDivideByPowerOfTwo } from '../ir/fixed-point.ts'
import { tableKernel } from './kernels/table.ts'
import type { Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { oneInput } from './parts/channelwise.ts'
import { lookUp, type TablePrepared, tableOf } from './parts/table.ts'

/** HARD_SWISH, x · relu6(x + 3) / 6, in 16 bits (TFLM hard_swish.h): the factor's ratio and x itself are rounded apart. */
export const hardSwish: Op<Record<string, never>, TablePrepared> = {
  kind: 'hardSwish',
  truth: 'tflite-micro',
  rowwise: true,
  channelwise: oneInput,
  tflite: { code: 117, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.mul(x!, tf.div(tf.relu6(tf.add(x!, 3)), 6)),
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const from = quantizationOf(node.inputs[0]!)
    const to = quantizationOf(node.outputs[0])
    // TFLM rounds this scale to float32; the two quotients stay double.
    const fineScale = Math.fround(Math.fround(1 / 128) * from.scale[0])
    const output = int16Multiplier(fineScale / to.scale[0])
    const ratio = int16Multiplier(fineScale / Math.fround(3 / 32768))
    if (output.shift > 0) {
      throw new HolterError({
        stage: 'ops',
        where: node.name,
        problem: 'output scale is too small beside the input: TFLM does not define HARD_SWISH there',
        got: to.scale[0],
        expected: `above ${fineScale}`,
      })
    }
    return tableOf(q => {
      const fine = (q - from.zeroPoint[0]) << 7
      const scaled = doublingHighMultiply16(fine, output.multiplier)
      const product = Math.trunc((share(fine, ratio) * scaled) / 2 ** 15)
      return clamp(roundingDivideByPowerOfTwo(product, -output.shift) + to.zeroPoint[0], -128, 127)
    }, node.outputs[0])
  },
  reference: (p, [x], [y]) => lookUp(p, x, y),
  kernels: [tableKernel],
  macs: () => 0,
  cases: () => [swishCase(0.05, 0.05), swishCase(0.1, 0.04), swishCase(0.004, 0.004), swishCase(1, 0.9)],
}

interface Multiplier16 {
  readonly multiplier: number
  readonly shift: number
}

/** The share relu6(x + 3) / 6 of x as Q0.15. */
function share(fine: number, { multiplier, shift }: Multiplier16): number {
  let reluish = fine
  if (shift > 0) reluish = clamp16(reluish * 2 ** (shift - 1))
  reluish = doublingHighMultiply16(reluish, multiplier)
  if (shift > 0) reluish = clamp16(reluish * 2)
  if (shift < 0) reluish = roundingDivideByPowerOfTwo(reluish, -shift)
  return (reluish + 32768) >> 1
}

function int16Multiplier(factor: number): Multiplier16 {
  const { multiplier, shift } = quantizeMultiplier(factor)
  const rounded = multiplier >= 2 ** 31 - 1 - 2 ** 15 ? 32767 : (multiplier + 2 ** 15) >> 16
  return { multiplier: rounded, shift }
}

/** gemmlowp SaturatingRoundingDoublingHighMul on 16 bits; −32768², which saturates, cannot occur: multipliers are positive. */
function doublingHighMultiply16(a: number, b: number): number {
  return (a * b + (1 << 14)) >> 15
}

const clamp16 = (value: number) => clamp(value, -32768, 32767)

function swishCase(scale: number, outScale: number) {
  const shape = [1, 77]
  const output = { shape, scale: outScale, zeroPoint: -120 }
  return caseNode(`${scale} to ${outScale}`, 'hardSwish', {}, [{ shape, scale, zeroPoint: 5 }], [output])
}
