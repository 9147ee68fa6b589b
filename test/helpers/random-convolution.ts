import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { activations } from '../../src-ts/ops/parts/activation.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import type { Random } from '../../src-ts/random.ts'
import { graphOf } from './one-node.ts'

type Draw = (low: number, high: number) => number

/** Returns a network of one CONV_2D or FULLY_CONNECTED of random size, ragged more often than not, often with extreme weights. */
export function randomConvolution(r: Random, seed: number): IntGraph {
  const draw: Draw = (low, high) => low + r.integer(high - low + 1)
  const pick = <T>(values: readonly T[]) => values[r.integer(values.length)]
  const kind = r.integer(8) === 0 ? 'fullyConnected' : 'conv2d'
  const inC = pick([draw(1, 33), draw(1, 33), 4 * draw(1, 8)])
  const outC = draw(1, 33)
  const line = r.integer(3) > 0
  const [inH, inW] = line
    ? pick([
        [1, draw(1, 40)],
        [1, draw(1, 40)],
        [draw(1, 40), 1],
      ])
    : [draw(1, 12), draw(1, 12)]
  const taps = () => pick([1, 3, 3, 5, 7, draw(1, 11)])
  const [filterH, filterW] = line
    ? inH === 1
      ? [1, taps()]
      : [taps(), 1]
    : pick([
        [1, 1],
        [3, 3],
        [draw(1, 5), draw(1, 5)],
      ])
  const stride = pick([1, 1, 1, 2, 3])
  const dilation = stride > 1 ? 1 : pick([1, 1, 1, 2, 3, 4])
  const inside = (filterH - 1) * dilation < inH && (filterW - 1) * dilation < inW
  const convolution = {
    strideH: stride,
    strideW: stride,
    dilationH: dilation,
    dilationW: dilation,
    padding: inside ? pick(['same', 'valid'] as const) : 'same',
    activation: pick(activations),
  }
  const attrs = kind === 'conv2d' ? convolution : { activation: pick(activations), keepNumDims: true }
  const x = kind === 'conv2d' ? [1, inH, inW, inC] : [inW, inC]
  const filter = kind === 'conv2d' ? [outC, filterH, filterW, inC] : [outC, inC]
  const size = filter.reduce((a, b) => a * b)
  const sign = () => (r.integer(2) ? 127 : -127)
  const whole = sign()
  const sparse = () => (r.integer(4) ? 0 : pick([sign(), r.integer(256) - 128]))
  let kept = false
  const blocks = (_: unknown, i: number) => {
    if (i % 4 === 0) kept = r.integer(4) === 0
    return kept ? pick([sign(), r.integer(256) - 128]) : 0
  }
  const weight = pick([
    () => r.integer(255) - 127,
    () => r.integer(255) - 127,
    sign,
    () => whole,
    () => r.integer(256) - 128,
    sparse,
    sparse,
    blocks,
    blocks,
  ])
  const scales = Array.from({ length: outC }, () => 0.002 * (1 + r.integer(8)))
  const inScale = 0.03
  const [shape] = opByKind(kind).outputShapes(attrs, [{ shape: x }, { shape: filter }])
  // Right shifts of 2 to 14: outputs that all clamp, and outputs that all are near zero.
  const outScale = inScale * 0.016 * 2 ** draw(2, 12)
  const zero = () => pick([-128, 127, 0, draw(-128, 127)])
  const bias = {
    shape: [outC],
    type: 'int32' as const,
    scale: scales.map(s => s * inScale),
    constant: pick([0, 3000, 1e6]),
  }
  const each = caseNode(
    `${seed}: ${kind} ${x} by ${filter}`,
    kind,
    attrs,
    [
      { shape: x, scale: inScale, zeroPoint: zero() },
      { shape: filter, scale: scales, axis: 0, data: Int8Array.from({ length: size }, weight) },
      r.integer(4) ? bias : undefined,
    ],
    [{ shape, scale: outScale, zeroPoint: zero() }],
  )
  return graphOf(kind, each as Parameters<typeof graphOf>[1])
}

/** Returns four inputs: random bytes, the smallest, the largest, and both extremes at random. */
export function extremeInputs(r: Random, bytes: number): Int8Array {
  const values = [() => r.integer(256) - 128, () => -128, () => 127, () => (r.integer(2) ? 127 : -128)]
  return Int8Array.from({ length: 4 * bytes }, (_, i) => values[Math.floor(i / bytes)]())
}
