import { HolterError } from '../../errors.ts'
import { roundHalfAway } from '../../ir/fixed-point.ts'
import { elements } from '../../ir/graph.ts'
import type { Kernel } from '../kernel.ts'
import type { NodeView } from '../op.ts'
import { quantizationOf } from './channels.ts'

/** LOGISTIC or TANH of int16: inputs times multiplier · 2^−shift are places in one table, between which TFLM interpolates. */
export interface Int16Sigmoid {
  readonly multiplier: number
  readonly shift: number
  readonly count: number
}

/**
 * The sigmoid at i / 24 in 16 bits, for i = 0 … 255. TFLM's table (sigmoid_table_uint16 of common.h) lies above the rounded function
 * by half of what a chord to the next entry lies below it; this gives each of its entries, and the last is 65535.
 */
const table = Uint16Array.from({ length: 256 }, (_, i) => {
  const at = (place: number) => 65536 / (1 + Math.exp(-place / 24))
  return i === 255 ? 65535 : Math.round(at(i) + (at(i + 0.5) - (at(i) + at(i + 1)) / 2) / 2)
})

/**
 * Returns the constants of a node (logistic_common.cc, tanh.cc). A scale near 2⁻¹² makes the multiplier exactly 3;
 * `halfScale` is the op's: TANH does so near 2⁻¹¹ too. Every other scale is cut to 15 bits.
 */
export function prepareInt16Sigmoid(node: NodeView<unknown>, halfScale: boolean): Int16Sigmoid {
  const [input, output] = [node.inputs[0]!, node.outputs[0]].map(t => quantizationOf(t).scale[0])
  const refuse = (problem: string, got: number, expected: string): never => {
    throw new HolterError({ stage: 'ops', where: node.name, problem, got, expected })
  }
  const count = elements(node.outputs[0].shape)
  const { power: outputPower, exact: outputExact } = powerOfTwo(output)
  if (!outputExact || outputPower !== -15)
    refuse('an int16 output must have the scale 1/32768', output, 'scale 1/32768')
  const { power, exact } = powerOfTwo(input)
  const extra = power + 12
  if (exact && (extra === 0 || (halfScale && extra === 1))) return { multiplier: 3 << extra, shift: 0, count }
  let multiplier = input * 4096 * 3
  let shift = 0
  for (; multiplier <= 32767 / 2 && shift <= 30; shift++) multiplier *= 2
  if (multiplier >= 32768 || multiplier < 1) {
    refuse('input scale is outside of what TFLM can bring to its table', input, 'between 4e-14 and 2.66')
  }
  return { multiplier: Math.trunc(multiplier), shift, count }
}

/** The definition of LOGISTIC (integer_ops/logistic.h): Q0.15, halves up. */
export function logisticInt16(p: Int16Sigmoid, [x]: readonly ArrayLike<number | bigint>[], [y]: readonly any[]): void {
  for (let i = 0; i < p.count; i++) {
    const place = placeOf(p, Number(x[i]))
    const above = interpolated(Math.abs(place), 9, 0x7fff << 10)
    y[i] = (place >= 0 ? above + 512 : 2 ** 25 - above + 511) >> 10
  }
}

/** The definition of TANH (integer_ops/tanh.h) by 2 · sigmoid(2x) − 1. */
export function tanhInt16(p: Int16Sigmoid, [x]: readonly ArrayLike<number | bigint>[], [y]: readonly any[]): void {
  for (let i = 0; i < p.count; i++) {
    const place = placeOf(p, Number(x[i]))
    const above = interpolated(Math.abs(place), 8, 0xffff << 8) - 2 ** 23
    y[i] = (place >= 0 ? above + 128 : -above + 127) >> 8
  }
}

/** The kernel of one of the two functions. */
export function int16SigmoidKernel(name: 'logistic' | 'tanh'): Kernel<Int16Sigmoid> {
  return {
    name: 'sigmoid-int16',
    fits: (_, { element }) => element.name === 'i16',
    emit: (p, to) =>
      to.call('sigmoid-int16', `${name}Int16`, [
        ['input', to.input(0), p.count],
        ['output', to.output(0)],
        ['table', to.data(table, 2)],
        ['scale', p.multiplier, p.shift],
      ]),
  }
}

function placeOf({ multiplier, shift }: Int16Sigmoid, x: number): number {
  return (Math.imul(x, multiplier) + (shift > 0 ? 2 ** (shift - 1) : 0)) >> shift
}

/** The table at a place with `bits` fractional bits, in 16 + `bits` bits; `most` beyond its end. */
function interpolated(place: number, bits: number, most: number): number {
  const index = place >> bits
  if (index >= 255) return most
  return (table[index] << bits) + (place & (2 ** bits - 1)) * (table[index + 1] - table[index])
}

/** The power of two nearest to a scale, and whether it is near enough for TFLM (CheckedLog2, in float32). */
function powerOfTwo(scale: number): { power: number; exact: boolean } {
  const logarithm = Math.fround(Math.fround(Math.log(scale)) * Math.fround(1 / Math.fround(Math.log(2))))
  const power = roundHalfAway(logarithm)
  return { power, exact: Math.abs(Math.fround(logarithm - power)) < Math.fround(1e-3) }
}
