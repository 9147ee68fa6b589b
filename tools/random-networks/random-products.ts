import { opByKind } from '../../src-ts/ops/index.ts'
import { activations } from '../../src-ts/ops/parts/activation.ts'
import type { CaseTensor } from '../../src-ts/ops/parts/cases.ts'
import type { Random } from '../../src-ts/random.ts'
import { count, isPlane, type Maker, pick, places, plane, scaleIn, sizeIn, zeroOf } from './random-draw.ts'

/** Weights and bias, per channel or per tensor, and an output whose scale is near what a quantizer chooses, or far from it. */
function weighted(r: Random, x: CaseTensor, filter: number[], axis: number, perTensor: boolean, biased: boolean) {
  const inScale = x.scale as number
  const channels = filter[axis]
  const scale = Array.from({ length: perTensor ? 1 : channels }, () => scaleIn(r, 1e-4, 1e-2))
  const bias: CaseTensor = { shape: [channels], type: 'int32', scale: scale.map(s => s * inScale), constant: 30000 }
  const constant = pick(r, [127, 127, 127, 1, 0])
  const weights: CaseTensor = { shape: filter, scale, axis: perTensor ? 0 : axis, constant }
  const fanIn = count(filter) / channels
  // The smallest of these outputs have multipliers above 1, the largest lose nearly all bits.
  const outScale = scaleIn(r, pick(r, [0.1, 0.1, 1e-3]), 10) * inScale * Math.max(...scale) * 60 * Math.sqrt(fanIn)
  return { weights, bias: biased ? bias : undefined, output: { scale: Math.fround(outScale), zeroPoint: zeroOf(r) } }
}

const convolution = (kind: 'conv2d' | 'depthwiseConv2d'): [string, Maker] => [
  kind,
  {
    shape: r => plane(r),
    draw(r, x) {
      if (!isPlane(x)) return undefined
      const { shape } = x
      const dilation = sizeIn(r, 1, 2)
      const strides = dilation > 1 ? [1, 1] : [sizeIn(r, 1, 2), sizeIn(r, 1, 2)]
      const [kH, kW] = [shape[1] > 1 ? sizeIn(r, 1, 3) : 1, sizeIn(r, 1, 5)]
      const fits = shape[1] - (kH - 1) * dilation > 0 && shape[2] - (kW - 1) * dilation > 0
      const depthMultiplier = sizeIn(r, 1, 3)
      const groups = pick(r, [1, 1, ...[2, 3, 4].filter(n => shape[3] % n === 0)])
      const dense = [groups * sizeIn(r, 1, Math.ceil(12 / groups)), kH, kW, shape[3] / groups]
      const filter = kind === 'conv2d' ? dense : [1, kH, kW, shape[3] * depthMultiplier]
      const attrs = {
        strideH: strides[0],
        strideW: strides[1],
        dilationH: dilation,
        dilationW: dilation,
        padding: fits ? pick(r, ['same', 'valid'] as const) : 'same',
        activation: pick(r, activations),
        ...(kind === 'depthwiseConv2d' && { depthMultiplier }),
      }
      // TFLM dereferences a missing bias of DEPTHWISE_CONV_2D and dies.
      const biased = kind === 'depthwiseConv2d' || r.integer(4) > 0
      const { weights, bias, output } = weighted(r, x, filter, kind === 'conv2d' ? 0 : 3, r.integer(4) === 0, biased)
      const [out] = opByKind(kind).outputShapes(attrs, [{ shape }, { shape: filter }])
      return { attrs, inputs: [x, weights, bias], outputs: [{ shape: out, ...output }] }
    },
  },
]

const transposeConv: Maker = {
  shape: r => plane(r, sizeIn(r, 1, 6)),
  draw(r, x) {
    if (!isPlane(x) || count(x.shape) > 1500) return undefined
    const [strideH, strideW, kH, kW, outC] = [1, 1, 1, 1, 1].map((_, i) => sizeIn(r, 1, i === 4 ? 6 : 3))
    const padding = pick(r, ['same', 'valid'] as const)
    // Several output sizes come down to one input size; a convolution over ours must give it back.
    const along = (n: number, stride: number, k: number) =>
      padding === 'same' ? (n - 1) * stride + sizeIn(r, 1, stride) : (n - 1) * stride + k + r.integer(stride)
    const out = [x.shape[0], along(x.shape[1], strideH, kH), along(x.shape[2], strideW, kW), outC]
    const filter = [outC, kH, kW, x.shape[3]]
    const { weights, bias, output } = weighted(r, x, filter, 0, r.integer(4) === 0, r.integer(4) > 0)
    const attrs = { padding, strideH, strideW, activation: pick(r, activations) }
    const inputs = [places(out), weights, x, ...(bias ? [bias] : [])]
    return { attrs, inputs, outputs: [{ shape: out, ...output }] }
  },
}

const dense: Maker = {
  shape: r => [sizeIn(r, 1, 3), sizeIn(r, 1, 70)],
  draw(r, x) {
    const depth = x.shape.at(-1)!
    const keepNumDims = x.shape.length !== 2
    const { weights, bias, output } = weighted(r, x, [sizeIn(r, 1, 20), depth], 0, r.integer(2) === 0, r.integer(4) > 0)
    const attrs = { activation: pick(r, activations), keepNumDims }
    const [shape] = opByKind('fullyConnected').outputShapes(attrs, [x, weights])
    return { attrs, inputs: [x, weights, bias], outputs: [{ shape, ...output }] }
  },
}

const batchMatmul: Maker = {
  shape: r => [sizeIn(r, 1, 3), sizeIn(r, 1, 4), sizeIn(r, 1, 9), sizeIn(r, 1, 9)].slice(r.integer(3)),
  draw(r, x, others) {
    if (x.shape.length < 2) return undefined
    const [adjX, adjY] = [r.integer(2) === 0, r.integer(2) === 0]
    const depth = x.shape.at(adjX ? -2 : -1)!
    const columns = sizeIn(r, 1, 8)
    const batches = x.shape.slice(0, -2).map(n => (r.integer(3) ? n : 1))
    const fits = others.filter(t => t.shape.length === x.shape.length && t.shape.at(adjY ? -1 : -2) === depth)
    const same = fits.filter(t => t.shape.slice(0, -2).every((n, i) => n === x.shape[i] || n === 1))
    const shape = [...batches, ...(adjY ? [columns, depth] : [depth, columns])]
    const fresh = { shape, scale: scaleIn(r, 1e-3, 1), zeroPoint: zeroOf(r), ...(r.integer(2) && { constant: 127 }) }
    const second = same.length && r.integer(2) ? pick(r, same) : fresh
    const attrs = { adjX, adjY }
    const [out] = opByKind('batchMatmul').outputShapes(attrs, [x, second])
    const wide = (x.scale as number) * (second.scale as number) * 90 * Math.sqrt(depth)
    const output = { shape: out, scale: scaleIn(r, wide / 30, wide * 5), zeroPoint: zeroOf(r) }
    return { attrs, inputs: [x, second], outputs: [output] }
  },
}

/** Makers of the ops that multiply and add. */
export const products: readonly (readonly [string, Maker])[] = [
  ['batchMatmul', batchMatmul],
  convolution('conv2d'),
  convolution('depthwiseConv2d'),
  ['fullyConnected', dense],
  ['transposeConv', transposeConv],
]
