import type { CaseTensor } from '../../src-ts/ops/parts/cases.ts'
import type { Random } from '../../src-ts/random.ts'

/** What a maker draws for a node: attributes and tensors; the given input stands among them as the very object. */
export interface Drawn {
  readonly attrs: object
  readonly inputs: readonly (CaseTensor | undefined)[]
  readonly outputs: readonly CaseTensor[]
}

/** Draws random nodes of one op. */
export interface Maker {
  /** A shape of the first data input that the op takes. */
  shape(r: Random): number[]
  /** A node around a given first data input; `others` may become its second. Undefined where the op cannot take that input. */
  draw(r: Random, x: CaseTensor, others: readonly CaseTensor[]): Drawn | undefined
}

/** From low to high, every order of magnitude alike. */
export const scaleIn = (r: Random, low: number, high: number) => Math.fround(low * (high / low) ** r.uniform())
/** Any zero point, the ends and 0 often. */
export const zeroOf = (r: Random) => [-128, 127, 0][r.integer(6)] ?? r.integer(256) - 128
export const sizeIn = (r: Random, low: number, high: number) => low + r.integer(high - low + 1)
export const pick = <T>(r: Random, of: readonly T[]): T => of[r.integer(of.length)]
export const isPlane = ({ shape }: CaseTensor) => shape.length === 4

/** A shape [1, 1, T, C] or [1, H, W, C]. */
export function plane(r: Random, channels = sizeIn(r, 1, 20)): number[] {
  return r.integer(2) ? [1, 1, sizeIn(r, 1, 24), channels] : [1, sizeIn(r, 1, 9), sizeIn(r, 1, 9), channels]
}

/** A shape of one to four axes. */
export const anyShape = (r: Random) => plane(r).slice(r.integer(4))

/** A constant of places, sizes or axes. */
export const places = (data: readonly number[], shape: readonly number[] = [data.length]): CaseTensor => ({
  shape,
  type: 'int32',
  scale: 1,
  data: Int32Array.from(data),
})

/** The quantization of a tensor, for outputs that keep it. */
export const sameAs = ({ scale, zeroPoint }: CaseTensor) => ({ scale, zeroPoint })

export const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

/** How a bool tensor is computed where nothing else gives it: an input is greater than 0. */
export const conditionFor = (t: CaseTensor): Drawn => ({
  attrs: {},
  inputs: [
    { shape: t.shape, scale: 0.5 },
    { shape: [], scale: 0.5, data: Int8Array.of(0) },
  ],
  outputs: [t],
})
