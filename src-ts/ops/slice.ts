import { HolterError } from '../errors.ts'
import type { Shape } from '../ir/graph.ts'
import type { Op, Shaped } from './op.ts'
import { caseNode } from './parts/cases.ts'
import { indicesOf, quantizeIndices } from './parts/indices.ts'
import { emitMove, type Movement, move, movement, strides } from './parts/movement.ts'

/** SLICE: a block of the input. Inputs: x (up to five axes, as in TFLM), begin and size (int32 or int64, constant; size −1: to the end). */
export const slice: Op<Record<string, never>, Movement> = {
  kind: 'slice',
  truth: 'tflite-micro',
  inputTypes: ['int8', 'int16'],
  tflite: { code: 65, options: 0, read: () => ({}), write: () => 0 },
  outputShapes: (_, [x, begin, size]) => [blockOf(x!.shape, begin, size).sizes],
  evaluate: (tf, _, [x, begin, size]) => tf.slice(x!, Array.from(begin!.dataSync()), Array.from(size!.dataSync())),
  quantization: { kind: 'same-as-input' },
  quantizeConstants: quantizeIndices,
  prepare({ name, inputs: [x, begin, size] }) {
    const { begins, sizes } = blockOf(x!.shape, begin, size)
    const steps = strides(x!.shape)
    const at = begins.reduce((sum, n, axis) => sum + n * steps[axis], 0)
    return movement(name, sizes, { at, steps }, { at: 0, steps: strides(sizes) })
  },
  reference: (p, [x], [y]) => move(p, x, y),
  kernels: [{ name: 'move', emit: emitMove }],
  macs: () => 0,
  cases: () => [
    sliceCase('time', [1, 1, 9, 5], [0, 0, 2, 0], [1, 1, 4, 5]),
    sliceCase('channels to the end', [1, 3, 4, 6], [0, 0, 0, 2], [-1, -1, -1, -1]),
    sliceCase('a block', [2, 3, 4, 5], [1, 1, 2, 1], [1, 2, 2, 3]),
    sliceCase('everything', [1, 7], [0, 0], [1, 7]),
  ],
}

function blockOf(x: Shape, begin: Shaped | undefined, size: Shaped | undefined) {
  const begins = indicesOf(begin, 'begin')
  const sizes = indicesOf(size, 'size').map((n, axis) => (n === -1 ? x[axis] - begins[axis] : n))
  const fits = sizes.every((n, axis) => begins[axis] >= 0 && n >= 1 && begins[axis] + n <= x[axis])
  if (x.length <= 5 && begins.length === x.length && sizes.length === x.length && fits) return { begins, sizes }
  throw new HolterError({
    stage: 'codegen',
    where: 'slice',
    problem: 'block does not lie inside of an input of at most five axes',
    got: `begin [${begins}], size [${sizes}] of [${x}]`,
  })
}

function sliceCase(name: string, shape: number[], begins: number[], sizes: number[]) {
  const quantization = { scale: 0.05, zeroPoint: 4 }
  const places = (data: number[]) => ({
    shape: [data.length],
    type: 'int32' as const,
    scale: 1,
    data: Int32Array.from(data),
  })
  const inputs = [{ shape, ...quantization }, places(begins), places(sizes)]
  const [out] = slice.outputShapes({}, inputs)
  return caseNode(name, 'slice', {}, inputs, [{ shape: out, ...quantization }])
}
