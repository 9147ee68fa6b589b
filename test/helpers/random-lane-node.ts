import { HolterError } from '../../src-ts/errors.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { ops } from '../../src-ts/ops/index.ts'
import { type CaseTensor, caseNode } from '../../src-ts/ops/parts/cases.ts'
import type { Random } from '../../src-ts/random.ts'
import { pick, places, scaleIn, sizeIn, zeroOf } from '../../tools/random-networks/random-draw.ts'
import { graphOf } from './one-node.ts'

/** Kinds of nodes that have kernels of several lanes. */
export const laneKinds = () => Object.keys(nodes)

/** What the kernels of several lanes compute, with sizes around their widths. */
const nodes: Record<string, (r: Random) => { attrs: object; inputs: CaseTensor[]; output: CaseTensor }> = {
  depthwiseConv2d(r) {
    const flat = r.integer(2) > 0
    const channels = sizeIn(r, 1, 33)
    const filter = [1, flat ? 1 : sizeIn(r, 1, 4), sizeIn(r, 1, 11), channels]
    const x = image(r, flat ? 1 : sizeIn(r, 1, 12), channels)
    const scale = Array.from({ length: channels }, () => scaleIn(r, 1e-4, 0.05))
    // Weights at their ends, both of them in one filter, or anything between.
    const data = Int8Array.from({ length: filter.reduce((a, b) => a * b) }, () =>
      pick(r, [-127, 127, r.integer(255) - 127]),
    )
    const attrs = {
      padding: pick(r, ['same', 'valid']),
      activation: pick(r, ['none', 'relu', 'relu6']),
      strideH: sizeIn(r, 1, 3),
      strideW: sizeIn(r, 1, 3),
      dilationH: sizeIn(r, 1, 2),
      dilationW: sizeIn(r, 1, 4),
      depthMultiplier: 1,
    }
    const biasScale = scale.map(s => s * (x.scale as number))
    const inputs = [
      x,
      { shape: filter, data, scale, axis: 3 },
      { shape: [channels], constant: 30000, type: 'int32' as const, scale: biasScale, axis: 0 },
    ]
    return { attrs, inputs, output: { shape: [], scale: scaleIn(r, 1e-3, 1), zeroPoint: zeroOf(r) } }
  },
  add: elementwise,
  sub: elementwise,
  mul: elementwise,
  maxPool2d: pool,
  averagePool2d: pool,
  mean: reduction,
  sum: reduction,
  batchMatmul: matrices,
  resizeBilinear(r) {
    const x = image(r, sizeIn(r, 1, 20), 1)
    const [, height, width] = x.shape
    const attrs = pick(r, [
      { alignCorners: false, halfPixelCenters: r.integer(2) > 0 },
      { alignCorners: true, halfPixelCenters: false },
    ])
    const size = places([sizeIn(r, 1, 3 * height), sizeIn(r, 1, 3 * width)])
    return { attrs, inputs: [x, size], output: { ...x, shape: [] } }
  },
  softmax(r) {
    const x = {
      shape: [sizeIn(r, 1, 4), sizeIn(r, 1, pick(r, [20, 300, 1200]))],
      scale: scaleIn(r, 1e-4, 2),
      zeroPoint: zeroOf(r),
    }
    return { attrs: { beta: 1 }, inputs: [x], output: { shape: [], scale: 1 / 256, zeroPoint: -128 } }
  },
  layerNormalization(r) {
    const x = { ...image(r, sizeIn(r, 1, 3)), shape: [1, sizeIn(r, 1, 9), sizeIn(r, 1, 70)] }
    return {
      attrs: { epsilon: 2 ** -20 },
      inputs: [x],
      output: { shape: [], scale: scaleIn(r, 1e-4, 0.2), zeroPoint: zeroOf(r) },
    }
  },
}

function matrices(r: Random) {
  const [rows, depth, columns] = [sizeIn(r, 1, 40), sizeIn(r, 1, 70), sizeIn(r, 1, 40)]
  const attrs = { adjX: r.integer(8) === 0, adjY: r.integer(2) > 0 }
  const matrix = (shape: number[], swapped: boolean, constant: object) => {
    const leading = pick(r, [[], [2], [3, 2], [1, 2]])
    return {
      shape: [...leading, ...(swapped ? shape.toReversed() : shape)],
      scale: scaleIn(r, 1e-3, 1),
      zeroPoint: zeroOf(r),
      ...constant,
    }
  }
  const a = matrix([rows, depth], attrs.adjX, {})
  const b = matrix([depth, columns], attrs.adjY, r.integer(4) ? {} : { constant: 127 })
  const product = a.scale * b.scale
  const output = { shape: [], scale: scaleIn(r, product, product * 1000 * Math.sqrt(depth)), zeroPoint: zeroOf(r) }
  return { attrs, inputs: [a, b], output }
}

function image(r: Random, height: number, channels = sizeIn(r, 1, 40)): CaseTensor {
  return { shape: [1, height, sizeIn(r, 1, 40), channels], scale: scaleIn(r, 1e-3, 1), zeroPoint: zeroOf(r) }
}

function elementwise(r: Random) {
  const a = image(r, sizeIn(r, 1, 3))
  const kept = a.shape.map(size => (r.integer(4) ? size : 1))
  const shape = pick(r, [a.shape, a.shape.slice(3), kept])
  const constant = r.integer(2) ? { constant: 127 } : {}
  const b = { shape, scale: scaleIn(r, 1e-3, 1), zeroPoint: zeroOf(r), ...constant }
  const output = { shape: [], scale: scaleIn(r, 1e-5, 2), zeroPoint: zeroOf(r) }
  return {
    attrs: { activation: pick(r, ['none', 'relu', 'relu6', 'reluN1To1']) },
    inputs: r.integer(2) ? [a, b] : [b, a],
    output,
  }
}

function pool(r: Random) {
  const x = image(r, sizeIn(r, 1, 9))
  const attrs = {
    padding: pick(r, ['same', 'valid']),
    activation: pick(r, ['none', 'relu', 'relu6']),
    filterH: sizeIn(r, 1, Math.min(4, x.shape[1])),
    filterW: sizeIn(r, 1, x.shape[2]),
    strideH: sizeIn(r, 1, 3),
    strideW: sizeIn(r, 1, 3),
  }
  return { attrs, inputs: [x], output: { ...x, shape: [] } }
}

function reduction(r: Random) {
  const axes = pick(r, [[1, 2], [2], [1], [0, 1]])
  const output = { shape: [], scale: scaleIn(r, 1e-3, 3), zeroPoint: zeroOf(r) }
  return { attrs: { keepDims: r.integer(2) > 0 }, inputs: [image(r, sizeIn(r, 1, 9)), places(axes)], output }
}

/** A node that TFLM accepts. */
export function randomLaneNode(kind: string, r: Random): IntGraph {
  const op = ops.find(each => each.kind === kind)!
  for (;;) {
    const { attrs, inputs, output } = nodes[kind](r)
    try {
      const shapes = inputs.map(({ shape, data }) => ({ shape, data }))
      const [shape] = op.outputShapes(attrs, shapes)
      const made = caseNode(`${r.integer(2 ** 30)}`, kind, attrs, inputs, [{ ...output, shape }])
      op.prepare(made.node)
      return graphOf(kind, made)
    } catch (error) {
      if (!(error instanceof HolterError)) throw error
    }
  }
}
