import { activations } from '../../src-ts/ops/activation.ts'
import { type CaseTensor, caseNode } from '../../src-ts/ops/cases.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import type { Case } from '../../src-ts/ops/op.ts'
import type { Random } from '../../src-ts/random.ts'

/** Makes one random node of an op: shapes, attributes, scales and zero points, extremes included. */
type Maker = (name: string, r: Random) => Case<any>

/** From low to high, every order of magnitude alike. */
const scaleIn = (r: Random, low: number, high: number) => Math.fround(low * (high / low) ** r.uniform())
const zeroOf = (r: Random) => [-128, 127, 0][r.integer(6)] ?? r.integer(256) - 128
const sizeIn = (r: Random, low: number, high: number) => low + r.integer(high - low + 1)
const pick = <T>(r: Random, of: readonly T[]): T => of[r.integer(of.length)]

function plane(r: Random, channels = sizeIn(r, 1, 20)): number[] {
  return r.integer(2) ? [1, 1, sizeIn(r, 1, 24), channels] : [1, sizeIn(r, 1, 9), sizeIn(r, 1, 9), channels]
}

/** Shapes of which one is [1, H, W, C] and the other repeats along some axes, or has fewer. */
function operandShapes(r: Random): [number[], number[]] {
  const whole = plane(r)
  const part = whole.map(n => (r.integer(2) ? n : 1)).slice(r.integer(3) ? 0 : r.integer(4))
  return r.integer(2) ? [whole, part] : [part, whole]
}

const unary =
  (
    kind: string,
    output?: (scale: number, zeroPoint: number, r: Random) => { scale: number; zeroPoint: number },
    attrs?: (r: Random) => object,
  ): Maker =>
  (name, r) => {
    const [scale, zeroPoint] = [scaleIn(r, 1e-4, 5), zeroOf(r)]
    const result = output?.(scale, zeroPoint, r) ?? { scale: scaleIn(r, scale / 50, scale * 50), zeroPoint: zeroOf(r) }
    return caseNode(
      name,
      kind,
      attrs?.(r) ?? {},
      [{ shape: [1, 256], scale, zeroPoint }],
      [{ shape: [1, 256], ...result }],
    )
  }

const binary =
  (kind: string, resultScale: (a: number, b: number) => number): Maker =>
  (name, r) => {
    const [a, b] = operandShapes(r).map(
      (shape): CaseTensor => ({ shape, scale: scaleIn(r, 1e-3, 2), zeroPoint: zeroOf(r) }),
    )
    const constant = r.integer(3)
    const operands = [a, b].map((t, i) => (constant === i ? { ...t, constant: 127 } : t))
    const attrs = { activation: pick(r, activations) }
    const [shape] = opByKind(kind).outputShapes(attrs, [a, b])
    const wide = resultScale(a.scale as number, b.scale as number)
    return caseNode(name, kind, attrs, operands, [
      { shape, scale: scaleIn(r, wide / 20, wide * 2), zeroPoint: zeroOf(r) },
    ])
  }

const pool =
  (kind: string): Maker =>
  (name, r) => {
    const shape = plane(r)
    const padding = pick(r, ['same', 'valid'] as const)
    const [filterH, filterW] = [shape[1], shape[2]].map(n => sizeIn(r, 1, padding === 'valid' ? n : n + 3))
    const attrs = {
      filterH,
      filterW,
      strideH: sizeIn(r, 1, 3),
      strideW: sizeIn(r, 1, 3),
      padding,
      activation: pick(r, activations),
    }
    const quantization = { scale: scaleIn(r, 1e-3, 2), zeroPoint: zeroOf(r) }
    const [out] = opByKind(kind).outputShapes(attrs, [{ shape }])
    return caseNode(name, kind, attrs, [{ shape, ...quantization }], [{ shape: out, ...quantization }])
  }

const padding =
  (kind: 'pad' | 'padV2'): Maker =>
  (name, r) => {
    const shape = plane(r).slice(r.integer(3))
    const data = Int32Array.from({ length: 2 * shape.length }, () => (r.integer(2) ? 0 : r.integer(4)))
    const quantization = { scale: scaleIn(r, 1e-3, 2), zeroPoint: zeroOf(r) }
    const inputs: CaseTensor[] = [
      { shape, ...quantization },
      { shape: [shape.length, 2], type: 'int32', scale: 1, data },
    ]
    if (kind === 'padV2') inputs.push({ shape: [1], ...quantization, data: Int8Array.of(r.integer(256) - 128) })
    const out = shape.map((n, i) => n + data[2 * i] + data[2 * i + 1])
    return caseNode(name, kind, {}, inputs, [{ shape: out, ...quantization }])
  }

/** A convolution's weights, bias and output: per channel or per tensor, scales near what a quantizer chooses, or far from it. */
function weighted(
  r: Random,
  filter: number[],
  axis: number,
  perTensor: boolean,
  biased: boolean,
): { inputs: (CaseTensor | undefined)[]; outScale: number } {
  const inScale = scaleIn(r, 1e-3, 1)
  const count = filter[axis]
  const scale = Array.from({ length: perTensor ? 1 : count }, () => scaleIn(r, 1e-4, 1e-2))
  const bias = { shape: [count], type: 'int32' as const, scale: scale.map(s => s * inScale), constant: 30000 }
  const weights = { shape: filter, scale, axis: perTensor ? 0 : axis, constant: pick(r, [127, 127, 127, 1, 0]) }
  const fanIn = filter.reduce((a, b) => a * b, 1) / count
  const outScale = scaleIn(r, 0.1, 10) * inScale * Math.max(...scale) * 60 * Math.sqrt(fanIn)
  return {
    inputs: [{ shape: [], scale: inScale, zeroPoint: zeroOf(r) }, weights, biased ? bias : undefined],
    outScale,
  }
}

const convolution =
  (kind: 'conv2d' | 'depthwiseConv2d'): Maker =>
  (name, r) => {
    const shape = plane(r)
    const dilation = sizeIn(r, 1, 2)
    const strides = dilation > 1 ? [1, 1] : [sizeIn(r, 1, 2), sizeIn(r, 1, 2)]
    const [kH, kW] = [shape[1] > 1 ? sizeIn(r, 1, 3) : 1, sizeIn(r, 1, 5)]
    const fits = (shape[1] - (kH - 1) * dilation > 0 && shape[2] - (kW - 1) * dilation > 0) as boolean
    const depthMultiplier = sizeIn(r, 1, 3)
    const filter = kind === 'conv2d' ? [sizeIn(r, 1, 12), kH, kW, shape[3]] : [1, kH, kW, shape[3] * depthMultiplier]
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
    const { inputs, outScale } = weighted(r, filter, kind === 'conv2d' ? 0 : 3, r.integer(4) === 0, biased)
    const [x, weights, bias] = inputs
    const [out] = opByKind(kind).outputShapes(attrs, [{ shape }, { shape: filter }])
    return caseNode(
      name,
      kind,
      attrs,
      [{ ...x!, shape }, weights, bias],
      [{ shape: out, scale: outScale, zeroPoint: zeroOf(r) }],
    )
  }

function dense(name: string, r: Random): Case<any> {
  const [count, depth, rows] = [sizeIn(r, 1, 20), sizeIn(r, 1, 70), sizeIn(r, 1, 3)]
  const { inputs, outScale } = weighted(r, [count, depth], 0, r.integer(2) === 0, r.integer(4) > 0)
  const [x, ...constants] = inputs
  const attrs = { activation: pick(r, activations), keepNumDims: false }
  const output = { shape: [rows, count], scale: outScale, zeroPoint: zeroOf(r) }
  return caseNode(name, 'fullyConnected', attrs, [{ ...x!, shape: [rows, depth] }, ...constants], [output])
}

function meanOf(name: string, r: Random): Case<any> {
  const shape = plane(r)
  const axes = { shape: [2], type: 'int32' as const, scale: 1, data: Int32Array.of(1, 2) }
  const keepDims = r.integer(2) === 0
  const scale = scaleIn(r, 1e-3, 2)
  const out = keepDims ? [1, 1, 1, shape[3]] : [1, shape[3]]
  const output = { shape: out, scale: scaleIn(r, scale / 20, scale * 2), zeroPoint: zeroOf(r) }
  return caseNode(name, 'mean', { keepDims }, [{ shape, scale, zeroPoint: zeroOf(r) }, axes], [output])
}

function softmaxOf(name: string, r: Random): Case<any> {
  const shape = [sizeIn(r, 1, 4), sizeIn(r, 1, 300)]
  const attrs = { beta: pick(r, [1, 1, 0.25, 3]) }
  const output = { shape, scale: 1 / 256, zeroPoint: -128 }
  return caseNode(name, 'softmax', attrs, [{ shape, scale: scaleIn(r, 1e-5, 5), zeroPoint: zeroOf(r) }], [output])
}

const same = (scale: number, zeroPoint: number) => ({ scale, zeroPoint })

/** The makers by kind. CONCATENATION and RESHAPE copy bytes; their cases say all. */
export const randomCases: Readonly<Record<string, Maker>> = {
  add: binary('add', (a, b) => 2 * Math.max(a, b)),
  averagePool2d: pool('averagePool2d'),
  conv2d: convolution('conv2d'),
  depthwiseConv2d: convolution('depthwiseConv2d'),
  fullyConnected: dense,
  hardSwish: unary('hardSwish'),
  leakyRelu: unary('leakyRelu', undefined, r => ({ alpha: Math.fround(r.uniform() * pick(r, [0.1, 1, 2])) })),
  logistic: unary('logistic', () => same(1 / 256, -128)),
  maxPool2d: pool('maxPool2d'),
  mean: meanOf,
  mul: binary('mul', (a, b) => 100 * a * b),
  pad: padding('pad'),
  padV2: padding('padV2'),
  quantize: unary('quantize'),
  relu: unary('relu'),
  relu6: unary('relu6'),
  softmax: softmaxOf,
  sub: binary('sub', (a, b) => 2 * Math.max(a, b)),
  tanh: unary('tanh', () => same(1 / 128, 0)),
}
