import type { Multiplier } from '../../ir/fixed-point.ts'
import type { IntData } from '../../ir/graph.ts'
import type { Emitter, Kernel } from '../kernel.ts'
import { type Operands, wholeOperands } from '../parts/broadcast.ts'
import { type ByteLine, linesThrough, lineThrough, parallelLines } from '../parts/channel-lines.ts'

interface Prepared extends Operands {
  readonly outputZero: number
  /** MUL's. */
  readonly factor?: Multiplier
  readonly min: number
  readonly max: number
}

/** Nanoseconds of eight elements; docs/kernels.md. */
const COST = 2

/**
 * An element-wise op of int8 with a constant for each channel: a function of one byte in each of them, which a line gives, as looking at
 * all 256 bytes proves.
 *
 * @param reference The op's own.
 */
export function channelLines(reference: (p: any, inputs: readonly IntData[], outputs: readonly IntData[]) => void) {
  const found = new WeakMap<Prepared, Lines | undefined>()
  const linesOf = (p: Prepared) => {
    if (!found.has(p)) found.set(p, findLines(p, reference))
    return found.get(p)
  }
  const kernel: Kernel<Prepared> = {
    name: 'channel-lines',
    flavours: ['simd', 'relaxed'],
    fits: (p, { element, goal }) =>
      element.name === 'i8' && goal === 'speed' && isPerChannel(p) && linesOf(p) !== undefined,
    cost: ({ walk: { sizes } }) => sizes[2] * Math.ceil(sizes[3] / 8) * COST,
    inPlace: wholeOperands,
    emit(p, to) {
      const [, , pixels, channels] = p.walk.sizes
      return to.call('channel-lines', 'channelLines', [
        ['input', to.input(0)],
        ['output', to.output(0), pixels, channels],
        ['lines', placeLines(linesOf(p)!, to)],
        ['clamp', p.min, p.max],
      ])
    },
  }
  return kernel
}

/** Whether one operand is a constant row, and the other has such rows one after another. */
function isPerChannel({ constants, walk }: Prepared): boolean {
  if ((constants[0] === undefined) === (constants[1] === undefined)) return false
  const [row, rows] = constants[0] ? [walk.stepsA, walk.stepsB] : [walk.stepsB, walk.stepsA]
  const [outer, next, pixels, channels] = walk.sizes
  const repeated = pixels === 1 || (row[2] === 0 && rows[2] === channels)
  return outer === 1 && next === 1 && repeated && row[3] === 1 && rows[3] === 1
}

/** A line for each channel, and what they have in common: the multiplier, or the point whose `x` is given. */
interface Lines {
  readonly lines: readonly ByteLine[]
  readonly common: 'multiplier' | 'nothing' | { readonly x: number }
}

/** Returns the address of a row of multipliers and one of offsets. Of lines that have something in common the file holds one number each. */
function placeLines({ lines, common }: Lines, to: Emitter): number {
  const width = Math.ceil(lines.length / 8) * 8
  const multipliers = lines.map(({ multiplier }) => multiplier)
  const offsets = lines.map(({ offset }) => offset)
  if (common === 'nothing') {
    const rows = new Int32Array(2 * width)
    rows.set(multipliers)
    rows.set(offsets, width)
    return to.data(rows, 16)
  }
  const rows = to.space(8 * width)
  const alike = common === 'multiplier'
  to.atStart(
    to.call('channel-lines', 'expandLines', [
      [alike ? 'offsets' : 'multipliers', to.data(Int32Array.from(alike ? offsets : multipliers), 4), lines.length],
      ['to, row', alike ? rows + 4 * width : rows, alike ? rows : rows + 4 * width],
      alike
        ? ['multiplier', multipliers[0], 0]
        : ['offset where x is', offsets[0] + common.x * multipliers[0], common.x],
    ]),
  )
  return rows
}

/** Undefined where a channel has no line. */
function findLines(
  p: Prepared,
  reference: (p: Prepared, inputs: IntData[], outputs: IntData[]) => void,
): Lines | undefined {
  const channels = p.walk.sizes[3]
  const steps = (constant: unknown) => [0, 0, constant ? 0 : channels, 1] as const
  const [stepsA, stepsB] = [steps(p.constants[0]), steps(p.constants[1])]
  const bytes = Int8Array.from({ length: 256 * channels }, (_, i) => Math.floor(i / channels) - 128)
  const values = new Int8Array(bytes.length)
  reference({ ...p, walk: { sizes: [1, 1, 256, channels], stepsA, stepsB } }, [bytes], [values])
  const functions = Array.from({ length: channels }, (_, channel) =>
    Int8Array.from({ length: 256 }, (_, i) => values[i * channels + channel]),
  )
  const { min, max, outputZero, factor } = p
  const zero = p.zeroPoints[p.constants[0] ? 1 : 0]
  // Rounding twice raises all that is not zero by half of the first rounding's step.
  const raised = factor && factor.shift < 0 ? outputZero + 2 ** (factor.shift - 1) : outputZero
  const parallel = parallelLines(functions, min, max)
  if (parallel) return { lines: parallel, common: 'multiplier' }
  const meeting = linesThrough(functions, min, max, zero, raised)
  if (meeting) return { lines: meeting, common: { x: zero } }
  const lines = functions.map(each => lineThrough(each, min, max))
  if (lines.every(line => line !== undefined)) return { lines, common: 'nothing' }
}
