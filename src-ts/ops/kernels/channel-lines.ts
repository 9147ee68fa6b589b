import type { IntData } from '../../ir/graph.ts'
import type { Kernel } from '../kernel.ts'
import { type Operands, wholeOperands } from '../parts/broadcast.ts'
import { type ByteLine, lineThrough } from '../parts/channel-lines.ts'

interface Prepared extends Operands {
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
  const found = new WeakMap<Prepared, ByteLine[] | undefined>()
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
      const lines = linesOf(p)!
      const width = Math.ceil(channels / 8) * 8
      const rows = new Int32Array(2 * width)
      rows.set(lines.map(({ multiplier }) => multiplier))
      rows.set(
        lines.map(({ offset }) => offset),
        width,
      )
      return to.call('channel-lines', 'channelLines', [
        ['input', to.input(0)],
        ['output', to.output(0), pixels, channels],
        ['lines', to.data(rows, 16)],
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

/** A line for each channel; undefined where a channel has none. */
function findLines(p: Prepared, reference: (p: Prepared, inputs: IntData[], outputs: IntData[]) => void) {
  const channels = p.walk.sizes[3]
  const steps = (constant: unknown) => [0, 0, constant ? 0 : channels, 1] as const
  const [stepsA, stepsB] = [steps(p.constants[0]), steps(p.constants[1])]
  const bytes = Int8Array.from({ length: 256 * channels }, (_, i) => Math.floor(i / channels) - 128)
  const values = new Int8Array(bytes.length)
  reference({ ...p, walk: { sizes: [1, 1, 256, channels], stepsA, stepsB } }, [bytes], [values])
  const lines: ByteLine[] = []
  for (let channel = 0; channel < channels; channel++) {
    const line = lineThrough(
      Array.from({ length: 256 }, (_, i) => values[i * channels + channel]),
      p.min,
      p.max,
    )
    if (!line) return undefined
    lines.push(line)
  }
  return lines
}
