import { HolterError } from '../errors.ts'
import { clamp } from '../ir/fixed-point.ts'
import { elements, type IntTensor, limitsOf, type Shape } from '../ir/graph.ts'
import { type BatchMatmulPrepared, batchMatmulBlocks, type Steps } from './kernels/batch-matmul-blocks.ts'
import type { Op } from './op.ts'
import { broadcastShape, inBytes, operandAddresses, operandData, repeated } from './parts/broadcast.ts'
import { caseNode } from './parts/cases.ts'
import { factorOf, quantizationOf, rescaleBy } from './parts/channels.ts'
import { strides } from './parts/movement.ts'

export interface BatchMatmulAttrs {
  /** Whether the last two axes of an operand are swapped. */
  readonly adjX: boolean
  readonly adjY: boolean
}

/** BATCH_MATMUL: matrix products over two to five axes; matrices are repeated along axes of size 1. Either operand may be a constant. */
export const batchMatmul: Op<BatchMatmulAttrs, BatchMatmulPrepared> = {
  kind: 'batchMatmul',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: {
    code: 126,
    options: 101,
    read: o => ({ adjX: o.bool(0, false), adjY: o.bool(1, false) }),
    write(builder, attrs) {
      builder.startObject(3)
      builder.addFieldInt8(0, attrs.adjX ? 1 : 0, 0)
      builder.addFieldInt8(1, attrs.adjY ? 1 : 0, 0)
      return builder.endObject()
    },
  },
  outputShapes(attrs, [a, b]) {
    const { batches, rows, columns } = sizesOf(attrs, a!.shape, b!.shape)
    return [[...batches, rows, columns]]
  },
  evaluate(tf, attrs, [x, y]) {
    const [a, b] = repeated(tf, [x!, y!], 2)
    return tf.matMul(a, b, attrs.adjX, attrs.adjY)
  },
  quantization: { kind: 'calibrated' },
  prepare({ name, attrs, inputs, outputs: [y] }) {
    const [a, b] = inputs as [IntTensor, IntTensor]
    const { batches, rows, columns, depth } = sizesOf(attrs, a.shape, b.shape)
    const [qa, qb, qy] = [quantizationOf(a), quantizationOf(b), quantizationOf(y)]
    if (a.type !== y.type || b.type !== y.type) {
      const problem = `operands must be ${y.type} as the output is`
      throw new HolterError({ stage: 'ops', where: name, problem, got: `${a.type} and ${b.type}` })
    }
    const perChannel = [a, b].find(t => quantizationOf(t).scale.length > 1)
    if (perChannel) {
      const problem = `operand ${perChannel.name} is quantized per channel: TFLM would use the first scale for all`
      throw new HolterError({ stage: 'ops', where: name, problem })
    }
    const wide = y.type === 'int16'
    return {
      batches: [...Array<number>(3 - batches.length).fill(1), ...batches],
      rows,
      columns,
      depth,
      steps: [stepsOf(a.shape, attrs.adjX), stepsOf(b.shape, !attrs.adjY)],
      constants: [a.data as Int8Array | undefined, b.data as Int8Array | undefined],
      zeroPoints: [qa.zeroPoint[0], qb.zeroPoint[0]],
      // TFLM multiplies the scales in float32 (GetQuantizedConvolutionMultipler).
      factor: factorOf(Math.fround(qa.scale[0] * qb.scale[0]), y, wide),
      wide,
      outputZero: qy.zeroPoint[0],
      ...limitsOf(y),
    }
  },
  shiftsOf: ({ factor, wide }) => (wide ? undefined : [factor.shift]),
  reference(p, inputs, [y]) {
    const [a, b] = operandData(p as never, inputs)
    const [sa, sb] = p.steps
    const [zeroA, zeroB] = p.zeroPoints
    let at = 0
    for (let batch = 0; batch < elements(p.batches); batch++) {
      const [startA, startB] = [startOf(batch, p.batches, sa), startOf(batch, p.batches, sb)]
      for (let row = 0; row < p.rows; row++) {
        for (let column = 0; column < p.columns; column++) {
          let sum = 0
          for (let k = 0; k < p.depth; k++) {
            const left = Number(a[startA + row * sa[3] + k * sa[4]]) - zeroA
            sum += left * (Number(b[startB + column * sb[3] + k * sb[4]]) - zeroB)
          }
          const scaled = rescaleBy(p.factor.multiplier, p.factor.shift, p.wide, sum)
          y[at++] = clamp(scaled + p.outputZero, p.min, p.max)
        }
      }
    }
  },
  kernels: [
    {
      name: 'batch-matmul',
      emit(p, to) {
        const [a, b] = operandAddresses(p as never, to)
        return to.call('batch-matmul', `batchMatmul<${p.wide ? 'i16, i64' : 'i8, i32'}>`, [
          ['a', a, p.zeroPoints[0], ...inBytes(p.steps[0], to)],
          ['b', b, p.zeroPoints[1], ...inBytes(p.steps[1], to)],
          ['output', to.output(0), p.outputZero, p.factor.multiplier, p.factor.shift],
          ['batches', ...p.batches],
          ['sizes', p.rows, p.columns, p.depth],
          ['clamp', p.min, p.max],
        ])
      },
    },
    batchMatmulBlocks,
  ],
  macs({ attrs, inputs: [a, b] }) {
    const { batches, rows, columns, depth } = sizesOf(attrs, a!.shape, b!.shape)
    return elements(batches) * rows * columns * depth
  },
  cases: () => [
    matmulCase('attention', [1, 4, 7, 5], [1, 4, 7, 5], { adjY: true }),
    matmulCase('a constant matrix', [3, 9], [9, 4], {}, 127),
    matmulCase('left transposed', [2, 6, 3], [2, 6, 5], { adjX: true }),
    matmulCase('one matrix for all', [2, 3, 4, 5], [1, 5, 6], {}),
    matmulCase('both transposed', [1, 5, 2], [3, 4, 5], { adjX: true, adjY: true }),
    matmulCase('odd depth, blocks of every width', [2, 9, 33], [2, 33, 29], {}, undefined, 1),
    matmulCase('the same, transposed', [2, 9, 33], [2, 29, 33], { adjY: true }, undefined, 1),
  ],
}

function sizesOf({ adjX, adjY }: BatchMatmulAttrs, a: Shape, b: Shape) {
  const batches = a.length >= 2 && b.length >= 2 ? broadcastShape(a.slice(0, -2), b.slice(0, -2)) : []
  const [rows, depth] = adjX ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!]
  const [inner, columns] = adjY ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!]
  if (depth === inner && rows >= 1 && columns >= 1 && batches.length <= 3) return { batches, rows, columns, depth }
  throw new HolterError({
    stage: 'ops',
    where: 'batchMatmul',
    problem: 'matrices of two to five axes do not fit together',
    got: `[${a}]${adjX ? ' transposed' : ''} and [${b}]${adjY ? ' transposed' : ''}`,
  })
}

/** `depthFirst`: the summed axis is the last but one. */
function stepsOf(shape: Shape, depthFirst: boolean): Steps {
  const bytes = strides(shape)
  const matrices = bytes.slice(0, -2).map((step, axis) => (shape[axis] === 1 ? 0 : step))
  const [, , x, y, z] = [0, 0, 0, 0, 0, ...matrices].slice(-5)
  const [last, lastButOne] = [bytes.at(-1)!, bytes.at(-2)!]
  return [x, y, z, depthFirst ? last : lastButOne, depthFirst ? lastButOne : last]
}

function startOf(batch: number, [, second, third]: readonly number[], steps: Steps): number {
  const [i, j, k] = [Math.floor(batch / (second * third)), Math.floor(batch / third) % second, batch % third]
  return i * steps[0] + j * steps[1] + k * steps[2]
}

function matmulCase(
  name: string,
  a: number[],
  b: number[],
  attrs: Partial<BatchMatmulAttrs>,
  constant?: number,
  scale = 0.11,
) {
  const all = { adjX: false, adjY: false, ...attrs }
  const inputs = [
    { shape: a, scale: 0.05, zeroPoint: -3 },
    { shape: b, scale: 0.02, zeroPoint: 10, ...(constant && { constant }) },
  ]
  const [shape] = batchMatmul.outputShapes(all, inputs)
  return caseNode(name, 'batchMatmul', all, inputs, [{ shape, scale, zeroPoint: -20 }])
}
