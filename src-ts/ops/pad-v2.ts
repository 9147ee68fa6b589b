import { HolterError } from '../errors.ts'
import type { IntTensor } from '../ir/graph.ts'
import type { NodeView, Op } from './op.ts'
import { emitPad, type PadPrepared, paddedShape, preparePad, surround } from './pad.ts'
import { caseNode } from './parts/cases.ts'
import { quantizationOf } from './parts/channels.ts'

/** PADV2: surrounds the input with a given value. Inputs: x, paddings (int32 [rank, 2], constant), value (constant). */
export const padV2: Op<Record<string, never>, PadPrepared> = {
  kind: 'padV2',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: { code: 60, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, paddings]) => [paddedShape(x!.shape, paddings!.data)],
  evaluate(tf, _, [x, paddings, value]) {
    const flat = paddings!.dataSync()
    const pairs = x!.shape.map((_, axis): [number, number] => [flat[2 * axis], flat[2 * axis + 1]])
    return tf.pad(x!, pairs, value!.dataSync()[0])
  },
  quantization: { kind: 'same-as-input' },
  prepare: node => preparePad(node, fillValue(node)),
  reference: surround,
  kernels: [{ name: 'pad', emit: emitPad }],
  macs: () => 0,
  cases: () => [
    padV2Case('time', [1, 1, 9, 5], [0, 0, 0, 0, 2, 3, 0, 0], -128),
    padV2Case('rows', [3, 4], [1, 0, 0, 2], 5),
  ],
}

/** TFLM demands that the value is quantized as the output is (pad_common.cc). */
function fillValue(node: NodeView<unknown>): number {
  const value = node.inputs[2] as IntTensor | undefined
  const [output] = node.outputs
  const [own, wanted] = [value && quantizationOf(value), quantizationOf(output)]
  const same = own?.scale[0] === wanted.scale[0] && own.zeroPoint[0] === wanted.zeroPoint[0]
  if (value?.data?.length === 1 && same && value.type === output.type) return Number(value.data[0])
  throw new HolterError({
    stage: 'codegen',
    where: node.name,
    problem: 'the padding value must be one constant with the type, scale and zero point of the output',
    got: own ? `${value!.type}, scale ${own.scale[0]}, zero point ${own.zeroPoint[0]}` : 'none',
    expected: `${output.type}, scale ${wanted.scale[0]}, zero point ${wanted.zeroPoint[0]}`,
  })
}

function padV2Case(name: string, shape: number[], borders: number[], value: number) {
  const quantization = { scale: 0.05, zeroPoint: -77 }
  const paddings = { shape: [shape.length, 2], type: 'int32' as const, scale: 1, data: Int32Array.from(borders) }
  const fill = { shape: [1], ...quantization, data: Int8Array.of(value) }
  const output = { shape: paddedShape(shape, paddings.data), ...quantization }
  return caseNode(name, 'padV2', {}, [{ shape, ...quantization }, paddings, fill], [output])
}
