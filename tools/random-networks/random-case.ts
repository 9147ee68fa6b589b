import { HolterError } from '../../src-ts/errors.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import type { Case } from '../../src-ts/ops/op.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import type { Random } from '../../src-ts/random.ts'
import { arithmetic } from './random-arithmetic.ts'
import { type Maker, pick, scaleIn, zeroOf } from './random-draw.ts'
import { movers } from './random-movers.ts'
import { products } from './random-products.ts'
import { rows } from './random-rows.ts'

/** A maker for every op, by kind. */
export const makers: ReadonlyMap<string, Maker> = new Map([...arithmetic, ...movers, ...products, ...rows])

/** Returns one random node of an op: shapes, attributes, scales and zero points, extremes included. */
export function randomCase(kind: string, name: string, r: Random): Case<any> {
  const maker = makers.get(kind)!
  for (;;) {
    const [low, high] = pick(r, [
      [1e-3, 2],
      [1e-3, 2],
      [1e-3, 2],
      [1e-6, 1e-3],
      [2, 100],
    ])
    const x = { shape: maker.shape(r), scale: scaleIn(r, low, high), zeroPoint: zeroOf(r) }
    const drawn = maker.draw(r, x, [])
    if (!drawn) continue
    const made = caseNode(name, kind, drawn.attrs, drawn.inputs, drawn.outputs)
    if (accepted(kind, made)) return made
  }
}

/** Whether TFLM has a meaning for the node: scales far apart are refused by some ops. */
export function accepted(kind: string, { node }: Case<any>): boolean {
  try {
    opByKind(kind).prepare(node)
    return true
  } catch (error) {
    if (error instanceof HolterError) return false
    throw error
  }
}
