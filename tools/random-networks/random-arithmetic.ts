import { floatFunctions } from '../../src-ts/ops/float-function.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { activations } from '../../src-ts/ops/parts/activation.ts'
import type { CaseTensor } from '../../src-ts/ops/parts/cases.ts'
import type { Random } from '../../src-ts/random.ts'
import {
  anyShape,
  count,
  isPlane,
  type Maker,
  pick,
  places,
  plane,
  sameAs,
  scaleIn,
  sizeIn,
  zeroOf,
} from './random-draw.ts'

type Quantized = { scale: number; zeroPoint: number }

/** Every value once, so that a table is seen whole. */
const unary = (kind: string, output?: (x: CaseTensor) => object, attrs?: (r: Random) => object): [string, Maker] => [
  kind,
  {
    shape: () => [1, 256],
    draw(r, x) {
      const scale = x.scale as number
      const result = output?.(x) ?? { scale: scaleIn(r, scale / 50, scale * 50), zeroPoint: zeroOf(r) }
      return { attrs: attrs?.(r) ?? {}, inputs: [x], outputs: [{ shape: x.shape, ...(result as Quantized) }] }
    },
  },
]

/** Values that cannot be negative; the result's scale fits those of 1 to 255 steps. */
const rsqrt: Maker = {
  shape: () => [1, 256],
  draw(r, x) {
    if (x.zeroPoint !== -128) return undefined
    const largest = 1 / Math.sqrt(x.scale as number)
    return {
      attrs: {},
      inputs: [x],
      outputs: [{ shape: x.shape, scale: scaleIn(r, largest / 5000, largest / 20), zeroPoint: zeroOf(r) }],
    }
  },
}

/** A second operand: a tensor that is there, a constant, or a further input. */
function operand(r: Random, x: CaseTensor, others: readonly CaseTensor[], quantization: Quantized): CaseTensor {
  const fits = others.filter(
    t => t.shape.length === x.shape.length && t.shape.every((n, i) => n === x.shape[i] || n === 1),
  )
  if (fits.length && r.integer(3)) return pick(r, fits)
  const shape = x.shape.map(n => (r.integer(2) ? n : 1)).slice(r.integer(3) ? 0 : r.integer(x.shape.length))
  return { shape, ...quantization, ...(r.integer(2) && { constant: 127 }) }
}

const binary = (kind: string, resultScale: (a: number, b: number) => number): [string, Maker] => [
  kind,
  {
    shape: anyShape,
    draw(r, x, others) {
      const second = operand(r, x, others, { scale: scaleIn(r, 1e-3, 2), zeroPoint: zeroOf(r) })
      const inputs = r.integer(2) ? [x, second] : [second, x]
      const attrs = { activation: pick(r, activations) }
      const [shape] = opByKind(kind).outputShapes(attrs, inputs)
      const wide = resultScale(x.scale as number, second.scale as number)
      return { attrs, inputs, outputs: [{ shape, scale: scaleIn(r, wide / 20, wide * 2), zeroPoint: zeroOf(r) }] }
    },
  },
]

const extremum = (kind: string): [string, Maker] => [
  kind,
  {
    shape: anyShape,
    draw(r, x, others) {
      const inputs = [x, operand(r, x, others, sameAs(x) as Quantized)]
      const [shape] = opByKind(kind).outputShapes({}, inputs)
      return { attrs: {}, inputs, outputs: [{ shape, ...sameAs(x) }] }
    },
  },
]

const bool = { type: 'bool', scale: 1 } as const

const comparison = (kind: string): [string, Maker] => [
  kind,
  {
    shape: anyShape,
    draw(r, x, others) {
      // Equal values are found where both scales are one, or coarse values meet.
      const own = r.integer(2) ? (sameAs(x) as Quantized) : { scale: scaleIn(r, 1e-3, 0.9), zeroPoint: zeroOf(r) }
      const inputs = [x, operand(r, x, others, own)]
      const [shape] = opByKind(kind).outputShapes({}, inputs)
      return { attrs: {}, inputs, outputs: [{ shape, ...bool }] }
    },
  },
]

const logical = (kind: string): [string, Maker] => [
  kind,
  {
    shape: anyShape,
    draw(r, x) {
      const shapes = [x, x].map(({ shape }) => shape.map(n => (r.integer(3) ? n : 1)))
      const inputs = shapes.map(shape => ({ shape, ...bool }))
      const [shape] = opByKind(kind).outputShapes({}, inputs)
      return { attrs: {}, inputs, outputs: [{ shape, ...bool }] }
    },
  },
]

const logicalNot: Maker = {
  shape: anyShape,
  draw: (_, { shape }) => ({ attrs: {}, inputs: [{ shape, ...bool }], outputs: [{ shape, ...bool }] }),
}

const selectV2: Maker = {
  shape: anyShape,
  draw(r, x, others) {
    const condition = { shape: x.shape.map(n => (r.integer(3) ? n : 1)), ...bool }
    const other = operand(r, x, others, sameAs(x) as Quantized)
    const inputs = [condition, ...(r.integer(2) ? [x, other] : [other, x])]
    const [shape] = opByKind('selectV2').outputShapes({}, inputs)
    return { attrs: {}, inputs, outputs: [{ shape, ...sameAs(x) }] }
  },
}

const prelu: Maker = {
  shape: anyShape,
  draw(r, x) {
    const shape = x.shape.slice(1).map((n, i) => (r.integer(2) || i === x.shape.length - 2 ? n : 1))
    const scale = x.scale as number
    const slopes = {
      shape: shape.length ? shape : [1],
      scale: scaleIn(r, 1e-3, 0.1),
      zeroPoint: zeroOf(r),
      constant: 127,
    }
    const output = { shape: x.shape, scale: scaleIn(r, scale / 20, scale * 5), zeroPoint: zeroOf(r) }
    return { attrs: {}, inputs: [x, slopes], outputs: [output] }
  },
}

/** Reductions over one axis or two: TFLM has room for no more. */
const reduction = (kind: 'mean' | 'sum' | 'reduceMax' | 'reduceMin'): [string, Maker] => [
  kind,
  {
    shape: r => plane(r).slice(r.integer(3)),
    draw(r, x) {
      const rank = x.shape.length
      if (rank < 2) return undefined
      const first = sizeIn(r, rank > 2 ? 1 : 0, rank - 1)
      const second = sizeIn(r, first + 1, rank - 1)
      const axes = places(first + 1 < rank && r.integer(2) ? [first, second] : [r.integer(2) ? first : first - rank])
      const attrs = { keepDims: r.integer(2) === 0 }
      const [shape] = opByKind(kind).outputShapes(attrs, [x, axes])
      if (!shape.length) return undefined
      const scale = x.scale as number
      const wide = kind === 'sum' ? scale * Math.sqrt(count(x.shape) / count(shape)) * 3 : scale * 2
      const fresh = { scale: r.integer(4) ? scaleIn(r, wide / 40, wide) : scale, zeroPoint: zeroOf(r) }
      return { attrs, inputs: [x, axes], outputs: [{ shape, ...(kind.startsWith('reduce') ? sameAs(x) : fresh) }] }
    },
  },
]

const cumsum: Maker = {
  shape: anyShape,
  draw(r, x) {
    const axis = places([sizeIn(r, -x.shape.length, x.shape.length - 1)], [])
    const attrs = { exclusive: r.integer(2) === 0, reverse: r.integer(2) === 0 }
    const scale = x.scale as number
    return {
      attrs,
      inputs: [x, axis],
      outputs: [{ shape: x.shape, scale: scaleIn(r, scale, scale * 20), zeroPoint: zeroOf(r) }],
    }
  },
}

const argExtremum = (kind: 'argMax' | 'argMin'): [string, Maker] => [
  kind,
  {
    shape: r => plane(r).slice(r.integer(3)),
    draw(r, x) {
      const rank = x.shape.length
      if (rank < 2) return undefined
      const axis = places([sizeIn(r, -rank, rank - 1)], [])
      const [shape] = opByKind(kind).outputShapes({}, [x, axis])
      return { attrs: { outputType: 2 }, inputs: [x, axis], outputs: [{ shape, type: 'int32', scale: 1 }] }
    },
  },
]

const pool = (kind: string): [string, Maker] => [
  kind,
  {
    shape: r => plane(r),
    draw(r, x) {
      if (!isPlane(x)) return undefined
      const padding = pick(r, ['same', 'valid'] as const)
      const [filterH, filterW] = [x.shape[1], x.shape[2]].map(n => sizeIn(r, 1, padding === 'valid' ? n : n + 3))
      const strides = { strideH: sizeIn(r, 1, 3), strideW: sizeIn(r, 1, 3) }
      const attrs = { filterH, filterW, ...strides, padding, activation: pick(r, activations) }
      const [shape] = opByKind(kind).outputShapes(attrs, [x])
      return { attrs, inputs: [x], outputs: [{ shape, ...sameAs(x) }] }
    },
  },
]

/** Inputs that are there and have the quantization of the first, and further ones. */
const addN: Maker = {
  shape: anyShape,
  draw(r, x, others) {
    const alike = (t: CaseTensor) => `${t.shape}` === `${x.shape}` && t.scale === x.scale && t.zeroPoint === x.zeroPoint
    const fits = others.filter(alike)
    const inputs = Array.from({ length: sizeIn(r, 1, 5) }, () => {
      if (fits.length && r.integer(3)) return pick(r, fits)
      return { shape: x.shape, ...(sameAs(x) as Quantized), ...(r.integer(2) && { constant: 127 }) }
    })
    const scale = x.scale as number
    const output = { shape: x.shape, scale: scaleIn(r, scale / 20, scale * 8), zeroPoint: zeroOf(r) }
    return { attrs: {}, inputs: [x, ...inputs], outputs: [output] }
  },
}

const fill: Maker = {
  shape: () => [],
  draw(r, x) {
    if (x.shape.length) return undefined
    const shape = anyShape(r)
    return { attrs: {}, inputs: [places(shape), x], outputs: [{ shape, ...sameAs(x) }] }
  },
}

/** Makers of the ops that compute. */
export const arithmetic: readonly (readonly [string, Maker])[] = [
  unary('abs'),
  binary('add', (a, b) => 2 * Math.max(a, b)),
  ['addN', addN],
  argExtremum('argMax'),
  argExtremum('argMin'),
  unary('byteFunction', undefined, r => ({ table: Array.from({ length: 256 }, () => r.integer(256) - 128) })),
  unary('cast', sameAs, () => ({ from: 9, to: 9 })),
  ['cumsum', cumsum],
  pool('averagePool2d'),
  binary('div', (a, b) => (2 * a) / b),
  unary('elu'),
  comparison('equal'),
  ['fill', fill],
  unary('floatFunction', undefined, r => ({
    functions: Array.from({ length: r.integer(3) }, () => pick(r, floatFunctions).name),
  })),
  unary('gelu', undefined, r => ({ approximate: r.integer(2) === 0 })),
  comparison('greater'),
  comparison('greaterEqual'),
  unary('hardSwish'),
  unary('leakyRelu', undefined, r => ({ alpha: Math.fround(r.uniform() * pick(r, [0.1, 1, 2])) })),
  comparison('less'),
  comparison('lessEqual'),
  logical('logicalAnd'),
  ['logicalNot', logicalNot],
  logical('logicalOr'),
  unary('logistic', () => ({ scale: 1 / 256, zeroPoint: -128 })),
  pool('maxPool2d'),
  extremum('maximum'),
  reduction('mean'),
  extremum('minimum'),
  binary('mul', (a, b) => 100 * a * b),
  comparison('notEqual'),
  ['prelu', prelu],
  unary('quantize'),
  reduction('reduceMax'),
  reduction('reduceMin'),
  unary('relu'),
  unary('relu6'),
  ['rsqrt', rsqrt],
  ['selectV2', selectV2],
  binary('squaredDifference', (a, b) => 50 * Math.max(a, b) ** 2),
  binary('sub', (a, b) => 2 * Math.max(a, b)),
  reduction('sum'),
  unary('tanh', () => ({ scale: 1 / 128, zeroPoint: 0 })),
  unary('zerosLike', () => ({ scale: 1, zeroPoint: 0 })),
]
