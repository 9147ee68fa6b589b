import type { Tensor } from '@tensorflow/tfjs-core'
import { HolterError } from '../errors.ts'
import { clamp, type Multiplier, quantizeMultiplier, requantize } from '../ir/fixed-point.ts'
import { elements } from '../ir/graph.ts'
import type { Op } from './op.ts'
import { quantizeOperands } from './parts/broadcast.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'

export interface AddNPrepared {
  readonly count: number
  /** Data of the inputs that are constants. */
  readonly constants: readonly (Int8Array | undefined)[]
  readonly inputZero: number
  readonly factor: Multiplier
  readonly outputZero: number
}

/** TFLM raises each term by 20 bits and halves it (add_n.cc): together 19. */
const RAISED = 19
/** So many terms of 255 steps, and the zero point, fit into 32 bits. */
const MOST_INPUTS = 15

/**
 * ADD_N: the sum of two inputs or more, all of one shape and quantization. TFLM starts each sum not at 0 but at minus the inputs' zero
 * point (add_n.h), so the real numbers are right only where that is 0; the bytes are TFLM's.
 */
export const addN: Op<Record<string, never>, AddNPrepared> = {
  kind: 'addN',
  truth: 'tflite-micro',
  rowwise: true,
  tflite: { code: 106, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x]) => [x!.shape],
  evaluate: (tf, _, inputs) => tf.addN(inputs as Tensor[]),
  quantization: { kind: 'calibrated' },
  quantizeConstants: quantizeOperands,
  prepare({ name, inputs, outputs: [y] }) {
    const refuse = (problem: string, got: string | number) =>
      new HolterError({ stage: 'ops', where: name, problem, got })
    const tensors = inputs.map(x => x!)
    const [from, ...others] = tensors.map(quantizationOf)
    const same = others.every(
      ({ scale, zeroPoint }) => scale[0] === from.scale[0] && zeroPoint[0] === from.zeroPoint[0],
    )
    const shapes = tensors.map(({ shape }) => `[${shape}]`)
    if (!same) throw refuse('TFLM wants inputs of one scale and zero point for ADD_N', 'several')
    if (shapes.some(shape => shape !== shapes[0]))
      throw refuse('inputs of ADD_N have several shapes', shapes.join(' and '))
    if (tensors.length < 2 || tensors.length > MOST_INPUTS) {
      throw refuse(`ADD_N adds 2 to ${MOST_INPUTS} inputs: TFLM's sum has 32 bits`, tensors.length)
    }
    const to = quantizationOf(y)
    const factor = from.scale[0] / (2 ** RAISED * to.scale[0])
    if (factor >= 1) throw refuse('output scale is too small beside the inputs: TFLM stops at such a node', to.scale[0])
    return {
      count: elements(y.shape),
      constants: tensors.map(({ data }) => data as Int8Array | undefined),
      inputZero: from.zeroPoint[0],
      factor: quantizeMultiplier(factor),
      outputZero: to.zeroPoint[0],
    }
  },
  reference({ count, constants, inputZero, factor, outputZero }, inputs, [y]) {
    const data = [...inputs]
    const terms = constants.map(constant => constant ?? data.shift()!)
    for (let i = 0; i < count; i++) {
      const sum = terms.reduce(
        (total, term) => (total + ((Number(term[i]) - inputZero) << RAISED)) | 0,
        -inputZero << RAISED,
      )
      y[i] = clamp(requantize(sum, factor.multiplier, factor.shift) + outputZero, -128, 127)
    }
  },
  kernels: [
    {
      name: 'add-n',
      emit({ count, constants, inputZero, factor, outputZero }, to) {
        let computed = 0
        const addresses = constants.map(constant => (constant ? to.data(constant, 1) : to.input(computed++)))
        return to.call('add-n', 'addN', [
          ['addresses of the inputs', to.data(Int32Array.from(addresses), 4), addresses.length, inputZero],
          ['output', to.output(0), count, outputZero, factor.multiplier, factor.shift],
        ])
      },
    },
  ],
  macs: () => 0,
  cases: () => [
    addNCase('two', 2, 0.1),
    addNCase('five, saturated', 5, 0.02),
    addNCase('a constant among three', 3, 0.13, 1),
    addNCase('as many as fit', MOST_INPUTS, 0.4),
  ],
}

function addNCase(name: string, terms: number, outScale: number, constant?: number) {
  const shape = [1, 1, 9, 7]
  const inputs = Array.from({ length: terms }, (_, i) => ({
    shape,
    scale: 0.05,
    zeroPoint: -128,
    ...(i === constant && { constant: 127 }),
  }))
  return caseNode(name, 'addN', {}, inputs, [{ shape, scale: outScale, zeroPoint: -5 }])
}
