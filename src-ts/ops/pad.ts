import { HolterError } from '../errors.ts'
import type { IntTensor, Shape } from '../ir/graph.ts'
import type { Emitter } from './kernel.ts'
import type { NodeView, Op } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'

export interface PadPrepared {
  /** Output sizes as batch, rows, columns and elements per column; the last takes in all axes that are not padded. */
  readonly sizes: readonly number[]
  readonly before: readonly number[]
  readonly inputSizes: readonly number[]
  readonly value: number
}

/** PAD: surrounds the input with its zero point. Inputs: x, paddings (int32 [rank, 2], constant). */
export const pad: Op<Record<string, never>, PadPrepared> = {
  kind: 'pad',
  truth: 'tflite-micro',
  channelwise: ({ inputs: [, paddings] }) =>
    pairs(paddings!.data as Int32Array)
      .at(-1)!
      .some(n => n)
      ? undefined
      : [0],
  inputTypes: ['int8', 'int16'],
  tflite: { code: 34, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, paddings]) => [paddedShape(x!.shape, paddings!.data)],
  evaluate: (tf, _, [x, paddings]) => tf.pad(x!, pairs(paddings!.dataSync())),
  quantization: { kind: 'same-as-input' },
  quantizeConstants: (_, [, paddings]) => [
    undefined,
    { type: 'int32', shape: paddings!.shape, data: Int32Array.from(paddings!.data) },
  ],
  prepare: node => preparePad(node, quantizationOf(node.outputs[0]).zeroPoint[0]),
  reference: surround,
  kernels: [{ name: 'pad', emit: emitPad }],
  macs: () => 0,
  cases: () => [
    padCase('time', [1, 1, 9, 5], [0, 0, 0, 0, 2, 3, 0, 0]),
    padCase('plane', [1, 4, 3, 2], [0, 0, 1, 2, 3, 0, 0, 0]),
    padCase('channels and batch', [1, 4, 3, 2], [1, 0, 0, 0, 0, 0, 1, 4]),
    padCase('one axis', [6], [2, 1]),
    padCase('nothing', [1, 7], [0, 0, 0, 0]),
  ],
}

/** Returns the geometry of a padding of up to four axes. `value` fills the border. */
export function preparePad(node: NodeView<unknown>, value: number): PadPrepared {
  const [x, paddings] = node.inputs as [IntTensor, IntTensor]
  if (x.shape.length > 4) {
    throw new HolterError({
      stage: 'codegen',
      where: node.name,
      problem: 'PAD is supported for up to four axes',
      got: `[${x.shape}]`,
    })
  }
  const missing = Array<number>(4 - x.shape.length)
  return {
    sizes: [...missing.fill(1), ...paddedShape(x.shape, paddings.data)],
    inputSizes: [...missing.fill(1), ...x.shape],
    before: [...missing.fill(0), ...pairs(paddings.data as Int32Array).map(([before]) => before)],
    value,
  }
}

/** The definition: every output element is the input's, or `value` outside of it. */
export function surround(p: PadPrepared, [x]: readonly ArrayLike<number | bigint>[], [y]: readonly any[]): void {
  y.fill(p.value)
  const [batches, height, width, channels] = p.inputSizes
  let from = 0
  for (let b = 0; b < batches; b++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const line = ((b + p.before[0]) * p.sizes[1] + row + p.before[1]) * p.sizes[2] + column + p.before[2]
        const to = line * p.sizes[3] + p.before[3]
        for (let c = 0; c < channels; c++) y[to + c] = x[from++]
      }
    }
  }
}

export function emitPad(p: PadPrepared, to: Emitter): string {
  return to.call('pad', `pad<${to.element.name}>`, [
    ['input', to.input(0), ...p.inputSizes],
    ['output', to.output(0), ...p.sizes],
    ['before', ...p.before],
    ['value', p.value],
  ])
}

/** Returns the shape with its borders; throws when there is not one pair of non-negative numbers for each axis. */
export function paddedShape(x: Shape, paddings: IntTensor['data'] | undefined): number[] {
  const borders = pairs((paddings ?? []) as Int32Array)
  if (borders.length !== x.length || borders.some(([before, after]) => !(before >= 0 && after >= 0))) {
    throw new HolterError({
      stage: 'codegen',
      where: 'pad',
      problem: 'paddings must be constant, two numbers of at least 0 for each axis',
      got: `[${borders}] for [${x}]`,
    })
  }
  return x.map((n, axis) => n + borders[axis][0] + borders[axis][1])
}

function pairs(paddings: ArrayLike<number | bigint>): [number, number][] {
  return Array.from({ length: paddings.length / 2 }, (_, i) => [Number(paddings[2 * i]), Number(paddings[2 * i + 1])])
}

function padCase(name: string, shape: number[], borders: number[]) {
  const quantization = { scale: 0.05, zeroPoint: -77 }
  const paddings = { shape: [shape.length, 2], type: 'int32' as const, scale: 1, data: Int32Array.from(borders) }
  const output = { shape: paddedShape(shape, paddings.data), ...quantization }
  return caseNode(name, 'pad', {}, [{ shape, ...quantization }, paddings], [output])
}
