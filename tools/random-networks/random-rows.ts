import { anyShape, type Maker, pick, scaleIn, sizeIn, zeroOf } from './random-draw.ts'

const l2Normalization: Maker = {
  shape: anyShape,
  draw: (_, x) => ({
    attrs: { activation: 'none' },
    inputs: [x],
    outputs: [{ shape: x.shape, scale: 1 / 128, zeroPoint: 0 }],
  }),
}

const layerNormalization: Maker = {
  shape: anyShape,
  draw(r, x) {
    const largest = Math.sqrt(x.shape.at(-1)!)
    const output = { shape: x.shape, scale: scaleIn(r, largest / 5000, largest / 60), zeroPoint: zeroOf(r) }
    return { attrs: { epsilon: Math.fround(pick(r, [0, 1e-6, 1e-3, 0.1])) }, inputs: [x], outputs: [output] }
  },
}

const softmax: Maker = {
  shape: r => [sizeIn(r, 1, 4), sizeIn(r, 1, 300)],
  draw: (r, x) => ({
    attrs: { beta: pick(r, [1, 1, 0.25, 3]) },
    inputs: [x],
    outputs: [{ shape: x.shape, scale: 1 / 256, zeroPoint: -128 }],
  }),
}

const logSoftmax: Maker = {
  shape: softmax.shape,
  draw: (_, x) => ({ attrs: {}, inputs: [x], outputs: [{ shape: x.shape, scale: 1 / 16, zeroPoint: 127 }] }),
}

/** Operators that compute each row of the last axis from all of it. */
export const rows: readonly [kind: string, Maker][] = [
  ['l2Normalization', l2Normalization],
  ['layerNormalization', layerNormalization],
  ['softmax', softmax],
  ['logSoftmax', logSoftmax],
]
