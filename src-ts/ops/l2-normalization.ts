import { HolterError } from '../errors.ts'
import { clamp, requantize } from '../ir/fixed-point.ts'
import { elements } from '../ir/graph.ts'
import { inverseSquareRoot } from '../ir/inverse-square-root.ts'
import type { Op } from './op.ts'
import { activations } from './parts/activation.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'
import { type ActivationAttrs, activationOptions } from './parts/scaled-sum.ts'

export interface L2NormalizationPrepared {
  readonly rows: number
  readonly length: number
  readonly inputZero: number
}

/** Bits of the output's fixed scale, 1/128. */
const OUTPUT_BITS = 7
/** The longest row whose sum of squares fits 32 bits. */
const LONGEST = Math.floor(2 ** 31 / 255 ** 2)

/** L2_NORMALIZATION: each row of the last axis divided by the root of its sum of squares. */
export const l2Normalization: Op<ActivationAttrs, L2NormalizationPrepared> = {
  kind: 'l2Normalization',
  truth: 'tflite-micro',
  tflite: { code: 11, options: 12, ...activationOptions },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, [x]) => tf.div(x!, tf.sqrt(tf.add(tf.sum(tf.square(x!), -1, true), 1e-6))),
  quantization: { kind: 'fixed', scale: 1 / 128, zeroPoint: 0 },
  prepare({ name, attrs, inputs: [x] }) {
    const length = x!.shape.at(-1) ?? 1
    if (attrs.activation !== 'none' || x!.shape.length > 4 || length > LONGEST) {
      const problem = `TFLM has no fused activation here, no more than four axes, and sums of ${LONGEST} squares`
      throw new HolterError({ stage: 'ops', where: name, problem, got: `${attrs.activation}, [${x!.shape}]` })
    }
    return { rows: elements(x!.shape) / length, length, inputZero: quantizationOf(x!).zeroPoint[0] }
  },
  reference({ rows, length, inputZero }, [x], [y]) {
    for (let start = 0; start < rows * length; start += length) {
      let sum = 0
      for (let i = start; i < start + length; i++) sum += (Number(x[i]) - inputZero) ** 2
      const { multiplier, shift } = inverseSquareRoot(sum)
      for (let i = start; i < start + length; i++) {
        y[i] = clamp(requantize(Number(x[i]) - inputZero, multiplier, shift + OUTPUT_BITS), -128, 127)
      }
    }
  },
  kernels: [
    {
      name: 'l2-normalization',
      emit: ({ rows, length, inputZero }, to) =>
        to.call('l2-normalization', 'l2Normalization', [
          ['input', to.input(0), rows, length, inputZero],
          ['output', to.output(0)],
        ]),
    },
  ],
  macs: () => 0,
  cases: () => [
    normalCase([1, 1, 9, 5], 4),
    normalCase([3, 300], -128),
    normalCase([1, 1], 0),
    normalCase([2, 3, 2], 127),
  ],
}

function normalCase(shape: number[], zeroPoint: number) {
  const output = { shape, scale: 1 / 128, zeroPoint: 0 }
  const attrs: ActivationAttrs = { activation: activations[0] }
  return caseNode(
    `[${shape}], zero point ${zeroPoint}`,
    'l2Normalization',
    attrs,
    [{ shape, scale: 0.05, zeroPoint }],
    [output],
  )
}
