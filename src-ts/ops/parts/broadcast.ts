import type { Tensor } from '@tensorflow/tfjs-core'
import { HolterError } from '../../errors.ts'
import { clamp, roundHalfAway } from '../../ir/fixed-point.ts'
import { arrays, type IntData, type IntTensor, type IntType, limits, type Shape } from '../../ir/graph.ts'
import { quantizationFor } from '../../ir/quantization-for.ts'
import type { Emitter } from '../kernel.ts'
import type { Backend, NodeView, Op } from '../op.ts'
import { quantizationOf } from './channels.ts'

/** How two operands are walked together: four loops, and how far each operand moves in a step of each loop (0 = it is repeated). */
export interface Walk {
  readonly sizes: Four
  readonly stepsA: Four
  readonly stepsB: Four
}

export type Four = readonly [number, number, number, number]

type OperandData = Int8Array | Int16Array | Uint8Array

/** Two operands of an element-wise operator. */
export interface Operands {
  readonly walk: Walk
  /** Data of the operand where it is a constant. */
  readonly constants: readonly [OperandData | undefined, OperandData | undefined]
  readonly zeroPoints: readonly [number, number]
}

/** Returns the shape of a ∘ b: shapes are aligned at their ends, and a size of 1 is repeated (NumPy's rule). */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const [sizeA, sizeB] = [sizeAt(a, axis, rank), sizeAt(b, axis, rank)]
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw refusal('operands', 'shapes cannot be broadcast to each other', `[${a}] and [${b}]`)
    }
    return Math.max(sizeA, sizeB)
  })
}

/** Quantizes constant operands to the type of the activations, over the whole range of their values. */
export const quantizeOperands: NonNullable<Op['quantizeConstants']> = (_, constants, __, { activation }) =>
  constants.map(constant => {
    if (!constant) return undefined
    const { shape, data } = constant
    const values = Array.from(data)
    const range = { min: values.reduce((a, b) => Math.min(a, b), 0), max: values.reduce((a, b) => Math.max(a, b), 0) }
    const quantization = quantizationFor(range, activation)
    const [{ min, max }, [scale], [zero]] = [limits[activation], quantization.scale, quantization.zeroPoint]
    const integers = values.map(value => clamp(roundHalfAway(value / scale) + zero, min, max))
    return { type: activation, shape, quantization, data: arrays[activation].from(integers) }
  })

/**
 * Returns two real operands in the shape of their result, but for the last `own` axes, which each keeps.
 * tfjs does not add the gradients of an operand that it repeats itself, but for sums and products.
 */
export function repeated(tf: Backend, operands: readonly [Tensor, Tensor], own = 0): Tensor[] {
  const shared = ({ shape }: Tensor) => shape.slice(0, shape.length - own)
  const common = broadcastShape(shared(operands[0]), shared(operands[1]))
  return operands.map(x => {
    const shape = [...common, ...x.shape.slice(x.shape.length - own)]
    return x.shape.join() === shape.join() ? x : tf.broadcastTo(x, shape)
  })
}

/**
 * Returns the operands of a node with two inputs, either of which may be a constant. The first has the
 * output's type, and the second too where the op does not say otherwise.
 */
export function operandsOf(
  node: NodeView<unknown>,
  second: IntType = node.outputs[0].type,
  type: IntType = node.outputs[0].type,
): Operands {
  const [a, b] = node.inputs as readonly [IntTensor, IntTensor]
  if (a.type !== type || b.type !== second) {
    const expected = second === node.outputs[0].type ? `${type} as the output is` : `${type} and ${second}`
    throw refusal(node.name, `operands must be ${expected}`, `${a.type} and ${b.type}`)
  }
  return {
    walk: walkOf(node.name, a.shape, b.shape),
    constants: [a.data as OperandData | undefined, b.data as OperandData | undefined],
    zeroPoints: type === 'bool' ? [0, 0] : [quantizationOf(a).zeroPoint[0], quantizationOf(b).zeroPoint[0]],
  }
}

/** Calls `visit` for each output element with the places in both operands. */
export function forEachPair({ walk }: Operands, visit: (at: number, inA: number, inB: number) => void): void {
  const { sizes, stepsA: a, stepsB: b } = walk
  let at = 0
  for (let i = 0; i < sizes[0]; i++) {
    for (let j = 0; j < sizes[1]; j++) {
      for (let k = 0; k < sizes[2]; k++) {
        const startA = i * a[0] + j * a[1] + k * a[2]
        const startB = i * b[0] + j * b[1] + k * b[2]
        for (let l = 0; l < sizes[3]; l++) visit(at++, startA + l * a[3], startB + l * b[3])
      }
    }
  }
}

/** Data inputs that have every element of the output: none is repeated, so that the output may take their place. */
export function wholeOperands({ walk, constants }: Operands): number[] {
  const repeated = [walk.stepsA, walk.stepsB].map(steps => steps.some((step, i) => step === 0 && walk.sizes[i] > 1))
  const data = [0, 1].filter(i => !constants[i])
  return data.flatMap((operand, k) => (repeated[operand] ? [] : [k]))
}

/** Both operands' data, from the constants and the data inputs in order. */
export function operandData({ constants }: Operands, inputs: readonly IntData[]): [IntData, IntData] {
  return constants[0] ? [constants[0], constants[1] ?? inputs[0]] : [inputs[0], constants[1] ?? inputs[1]]
}

/** Both operands' addresses; constants are placed. */
export function operandAddresses({ constants }: Operands, to: Emitter): [number, number] {
  const [a, b] = constants.map(data => data && to.data(data, data.BYTES_PER_ELEMENT))
  return a !== undefined ? [a, b ?? to.input(0)] : [to.input(0), b ?? to.input(1)]
}

/** Steps of a walk in bytes, as kernels take them. */
export function inBytes(steps: readonly number[], { element }: Emitter): number[] {
  return steps.map(step => step * element.bytes)
}

/** The arguments of a kernel that walks two operands together: sizes, and how far each goes along them, in bytes. */
export function walkArguments({ walk }: Operands, to: Emitter): [string, ...number[]][] {
  return [
    ['sizes', ...walk.sizes],
    ['steps of a', ...inBytes(walk.stepsA, to)],
    ['steps of b', ...inBytes(walk.stepsB, to)],
  ]
}

/** Two operands' walk; of more than two, `walkTogether`. */
export function walkOf(where: string, a: Shape, b: Shape): Walk {
  const { sizes, steps } = walkTogether(where, [a, b])
  return { sizes, stepsA: steps[0], stepsB: steps[1] }
}

/** Neighbouring axes that all operands walk alike become one loop: equal shapes need one, [T, C] and [C] two. */
export function walkTogether(where: string, operands: readonly Shape[]): { sizes: Four; steps: readonly Four[] } {
  const shape = operands.reduce(broadcastShape)
  const loops: { size: number; steps: number[] }[] = []
  const strides = operands.map(() => 1)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const sizes = operands.map(each => sizeAt(each, axis, shape.length))
    const loop = { size: shape[axis], steps: sizes.map((size, i) => (size === 1 ? 0 : strides[i])) }
    for (const [i, size] of sizes.entries()) strides[i] *= size
    const inner = loops[0]
    if (loop.size === 1) continue
    if (inner && loop.steps.every((step, i) => step === inner.steps[i] * inner.size)) inner.size *= loop.size
    else loops.unshift(loop)
  }
  while (loops.length < 4) loops.unshift({ size: 1, steps: operands.map(() => 0) })
  if (loops.length > 4) {
    const got = operands.map(each => `[${each}]`).join(' and ')
    throw refusal(where, 'operands are broadcast along too many axes', got)
  }
  const four = (pick: (loop: (typeof loops)[number]) => number) => loops.map(pick) as unknown as Four
  return { sizes: four(loop => loop.size), steps: operands.map((_, i) => four(loop => loop.steps[i])) }
}

const sizeAt = (shape: Shape, axis: number, rank: number) => shape[axis - rank + shape.length] ?? 1

function refusal(where: string, problem: string, got: string): HolterError {
  return new HolterError({ stage: 'ops', where, problem, got })
}
