import { HolterError } from '../errors.ts'
import { clamp, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { elements, type Shape } from '../ir/graph.ts'
import { caseNode } from './cases.ts'
import { quantizationOf } from './channels.ts'
import type { Op } from './op.ts'

export interface MeanAttrs {
  readonly keepDims: boolean
}

export interface MeanPrepared {
  /** The input as [outer, count, inner]; the middle axis is averaged. */
  readonly outer: number
  readonly count: number
  readonly inner: number
  readonly multiplier: number
  readonly shift: number
  readonly inputZero: number
  readonly outputZero: number
}

/** MEAN over adjacent axes. Inputs: x, axes (int32, constant). */
export const mean: Op<MeanAttrs, MeanPrepared> = {
  kind: 'mean',
  tflite: {
    code: 40,
    options: 27,
    read: o => ({ keepDims: o.bool(0, false) }),
    write(builder, attrs) {
      builder.startObject(1)
      builder.addFieldInt8(0, attrs.keepDims ? 1 : 0, 0)
      return builder.endObject()
    },
  },
  outputShapes: (attrs, [x, axes]) => [reducedShape(x!.shape, Array.from(axes!.data as Int32Array), attrs.keepDims)],
  evaluate: (tf, attrs, [x, axes]) => tf.mean(x!, Array.from(axes!.dataSync()), attrs.keepDims),
  quantization: { kind: 'calibrated' },
  quantizeConstants: (_, [, axes]) => [
    undefined,
    { type: 'int32', shape: axes!.shape, data: Int32Array.from(axes!.data) },
  ],
  prepare(node) {
    const [x, axes] = node.inputs
    const [output] = node.outputs
    const { outer, count, inner } = split(x!.shape, Array.from(axes!.data as Int32Array), node.name)
    const fixed = quantizeMultiplier(quantizationOf(x!).scale[0] / quantizationOf(output).scale[0])
    return {
      outer,
      count,
      inner,
      ...divide(fixed.multiplier, fixed.shift, count),
      inputZero: quantizationOf(x!).zeroPoint[0],
      outputZero: quantizationOf(output).zeroPoint[0],
    }
  },
  reference(p, [x], [y]) {
    for (let a = 0; a < p.outer; a++) {
      for (let c = 0; c < p.inner; c++) {
        let sum = -p.inputZero * p.count
        for (let i = 0; i < p.count; i++) sum += Number(x[(a * p.count + i) * p.inner + c])
        y[a * p.inner + c] = clamp(requantize(sum, p.multiplier, p.shift) + p.outputZero, -128, 127)
      }
    }
  },
  emit: (p, to) =>
    to.call('mean', 'mean', [
      ['input', to.input(0), p.outer, p.count, p.inner],
      ['output', to.output(0)],
      ['scale', p.multiplier, p.shift],
      ['zero points', p.inputZero, p.outputZero],
    ]),
  macs: () => 0,
  cases: () => [
    meanCase('over time', [1, 1, 32, 20], [1, 2], [1, 20]),
    meanCase('over time, odd count', [1, 1, 63, 5], [2], [1, 1, 5]),
    meanCase('over the plane', [1, 5, 7, 6], [1, 2], [1, 6]),
    meanCase('dimensions kept', [1, 4, 4, 3], [1, 2], [1, 1, 1, 3], { keepDims: true }),
    meanCase('negative axis', [1, 3, 10], [-1], [1, 3]),
    meanCase('ratio above 1', [1, 1, 9, 4], [1, 2], [1, 4], {}, 0.004),
  ],
}

/** Returns the shape that is left when `axes` are averaged. */
function reducedShape(x: Shape, axes: readonly number[], keepDims: boolean): number[] {
  const gone = new Set(axes.map(axis => (axis < 0 ? axis + x.length : axis)))
  return keepDims ? x.map((n, i) => (gone.has(i) ? 1 : n)) : x.filter((_, i) => !gone.has(i))
}

/** Sees a shape as [outer, count, inner], `axes` being the middle. Axes of length 1 may lie anywhere. */
function split(x: Shape, axes: readonly number[], where: string): { outer: number; count: number; inner: number } {
  const gone = new Set(axes.map(axis => (axis < 0 ? axis + x.length : axis)))
  const long = [...gone].filter(axis => x[axis] !== 1).sort((a, b) => a - b)
  const first = long[0] ?? 0
  const last = long.at(-1) ?? -1
  const between = x.slice(first, last + 1).some((n, i) => n !== 1 && !gone.has(first + i))
  if (between || [...gone].some(axis => !(axis >= 0 && axis < x.length))) {
    throw new HolterError({
      stage: 'codegen',
      where,
      problem: 'only a mean over adjacent axes is supported',
      got: `axes [${axes}] of shape [${x}]`,
    })
  }
  return {
    outer: elements(x.slice(0, first)),
    count: elements(x.slice(first, last + 1)),
    inner: elements(x.slice(last + 1)),
  }
}

/**
 * Folds the division by `count` into the multiplier, as TFLM does: it keeps as many bits as the shift leaves,
 * and the quotient is truncated. Source: TFLM reduce_common.cc / reference_ops QuantizedMeanOrSum.
 */
function divide(multiplier: number, shift: number, count: number): { multiplier: number; shift: number } {
  const bits = Math.min(31 - Math.clz32(count), 31 + shift)
  return {
    multiplier: Number(((BigInt(multiplier) << BigInt(bits)) / BigInt(count)) & 0xffffffffn) | 0,
    shift: shift - bits,
  }
}

function meanCase(
  name: string,
  x: number[],
  axes: number[],
  out: number[],
  attrs: Partial<MeanAttrs> = {},
  outputScale = 0.021,
) {
  return caseNode<MeanAttrs>(
    name,
    'mean',
    { keepDims: false, ...attrs },
    [
      { shape: x, scale: 0.03, zeroPoint: -90 },
      { shape: [axes.length], type: 'int32', scale: 1, data: Int32Array.from(axes) },
    ],
    [{ shape: out, scale: outputScale, zeroPoint: -30 }],
  )
}
