import { HolterError } from '../errors.ts'
import { clamp, doublingHighMultiply, type Multiplier, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { elements, limitsOf } from '../ir/graph.ts'
import { inverseSquareRoot } from '../ir/inverse-square-root.ts'
import {
  type LayerNormalizationPrepared,
  layerNormalizationLanes,
  rowArguments,
} from './kernels/layer-normalization-lanes.ts'
import type { NodeView, Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'

export interface LayerNormalizationAttrs {
  /** Added to a row's variance, in real units. */
  readonly epsilon: number
}

/** Squares of a row's distances, summed, stay below 2⁶³ up to this length. */
const LONGEST = 4096
/** Bits behind the point of a row's spread: rounding ε moves no output by more than an eighth of a step. */
const SPREAD_BITS = 8

/**
 * (x − mean) / √(variance + ε) over the last axis: LayerNormalization without γ and β. TFLite has no operator for it, and in int8 the chain
 * that converters write loses the variance's small values. Of a row of n integers q with the scale s, all of these are exact:
 * d = n·q − Σq, spread = (n·Σq² − (Σq)²)·2⁸ + round(ε·n²·2⁸ / s²); then d · 2⁴ / √spread is the result. docs/operators.md has every step.
 */
export const layerNormalization: Op<LayerNormalizationAttrs, LayerNormalizationPrepared> = {
  kind: 'layerNormalization',
  truth: 'independent',
  rowwise: true,
  inputTypes: ['int8', 'int16'],
  tflite: {
    custom: 'HolterLayerNormalization',
    read: bytes => ({
      epsilon: bytes.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true) : Number.NaN,
    }),
    write: ({ epsilon }) => new Uint8Array(Float32Array.of(epsilon).buffer),
  },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate(tf, { epsilon }, [x]) {
    const distance = tf.sub(x!, tf.mean(x!, -1, true))
    return tf.mul(distance, tf.rsqrt(tf.add(tf.mean(tf.square(distance), -1, true), epsilon)))
  },
  quantization: { kind: 'calibrated' },
  prepare(node) {
    const { inputs, outputs } = node
    const length = inputs[0]!.shape.at(-1) ?? 1
    const [from, to] = [inputs[0]!, outputs[0]].map(quantizationOf)
    const epsilon = Math.round((node.attrs.epsilon * length ** 2 * 2 ** SPREAD_BITS) / from.scale[0] ** 2)
    requireRange(node, length, epsilon, to.scale[0])
    return {
      rows: elements(inputs[0]!.shape) / length,
      length,
      epsilon,
      factor: quantizeMultiplier(2 ** (SPREAD_BITS / 2) / to.scale[0]),
      outputZero: to.zeroPoint[0],
      ...limitsOf(outputs[0]),
    }
  },
  reference({ rows, length, epsilon, factor, outputZero, min, max }, [x], [y]) {
    for (let start = 0; start < rows * length; start += length) {
      let [sum, squares] = [0, 0]
      for (let i = start; i < start + length; i++) {
        sum += Number(x[i])
        squares += Number(x[i]) ** 2
      }
      const spread = ((BigInt(length) * BigInt(squares) - BigInt(sum) ** 2n) << BigInt(SPREAD_BITS)) + BigInt(epsilon)
      const { multiplier, shift } = rowFactor(spread, factor)
      for (let i = start; i < start + length; i++) {
        y[i] = clamp(requantize(length * Number(x[i]) - sum, multiplier, shift) + outputZero, min, max)
      }
    }
  },
  kernels: [
    {
      name: 'layer-normalization',
      inPlace: () => [0],
      emit: (p, to) => to.call('layer-normalization', `layerNormalization<${to.element.name}>`, rowArguments(p, to)),
    },
    layerNormalizationLanes,
  ],
  macs: () => 0,
  cases: () => [
    normalCase('image rows', [1, 3, 5, 24], 1e-6, 0.05, 0.02),
    normalCase('no whole vector', [4, 13], 1e-3, 0.03, 0.03),
    normalCase('one element', [5, 1], 1e-3, 0.03, 0.03),
    normalCase('two elements, epsilon counts', [9, 2], 0.01, 0.05, 0.01),
    normalCase('epsilon hides the input', [2, 40], 1, 1e-4, 0.001),
    normalCase('no epsilon', [2, 16], 0, 3, 0.03),
    normalCase('long rows', [2, LONGEST], 1e-6, 0.05, 0.04),
  ],
}

/** Returns factor / √spread. What has more than 29 bits loses pairs of them first. */
function rowFactor(spread: bigint, factor: Multiplier): Multiplier {
  const pairs = Math.max(0, spread.toString(2).length - 28) >> 1
  const root = inverseSquareRoot(Number(spread >> BigInt(2 * pairs)))
  return {
    multiplier: doublingHighMultiply(root.multiplier, factor.multiplier),
    shift: root.shift - pairs + factor.shift,
  }
}

function requireRange({ name }: NodeView<unknown>, length: number, epsilon: number, outputScale: number): void {
  const refuse = (problem: string, got: number, expected: string): never => {
    throw new HolterError({ stage: 'ops', where: name, problem, got, expected })
  }
  if (length > LONGEST) refuse('rows are too long for the sums of their squares', length, `at most ${LONGEST}`)
  if (!(epsilon >= 0 && epsilon < 2 ** 53))
    refuse('epsilon does not fit the input scale', epsilon, '0 … 2^53 of its units')
  const finest = Math.sqrt(length) * 2 ** -25
  if (!(outputScale >= finest && outputScale <= 1))
    refuse('rows of deviation 1 do not fit the output scale', outputScale, `${finest} … 1`)
}

function normalCase(name: string, shape: number[], epsilon: number, scale: number, outScale: number) {
  const attrs = { epsilon: Math.fround(epsilon) }
  const output = { shape, scale: outScale, zeroPoint: 5 }
  return caseNode(name, 'layerNormalization', attrs, [{ shape, scale, zeroPoint: -20 }], [output])
}
