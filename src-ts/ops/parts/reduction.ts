import { HolterError } from '../../errors.ts'
import type { Shape } from '../../ir/graph.ts'
import type { BuiltinOperator, Shaped } from '../op.ts'
import { caseNode } from './cases.ts'
import { indicesOf } from './indices.ts'

export interface ReductionAttrs {
  readonly keepDims: boolean
  /** Rows at the end of the input that are new in each inference; the others were there in the last one. Files do not know it (passes/int/running-means.ts). */
  readonly arriving?: number
}

/** An input seen as [outer, first, between, second, inner], of which `first` and `second` are reduced. Adjacent axes are one. */
export interface Reduction {
  readonly outer: number
  readonly first: number
  readonly between: number
  readonly second: number
  readonly inner: number
}

/** The options table of MEAN, SUM, REDUCE_MAX and their kin. */
export const reductionOptions: Omit<BuiltinOperator<ReductionAttrs>, 'code'> = {
  options: 27,
  read: o => ({ keepDims: o.bool(0, false) }),
  write(builder, attrs) {
    builder.startObject(1)
    builder.addFieldInt8(0, attrs.keepDims ? 1 : 0, 0)
    return builder.endObject()
  },
}

/** Returns the shape that is left when axes (a constant) are reduced. */
export function reducedShape(x: Shape, axes: Shaped | undefined, keepDims: boolean): number[] {
  const gone = axesOf(x, axes)
  return keepDims ? x.map((n, i) => (gone.has(i) ? 1 : n)) : x.filter((_, i) => !gone.has(i))
}

/** Sees a shape as kept and reduced axes in turn. Axes of length 1 may lie anywhere. */
export function reductionOf(x: Shape, axes: Shaped | undefined, where: string): Reduction {
  const gone = axesOf(x, axes)
  // Kept, reduced, kept, …: sizes of neighbours of one kind are multiplied.
  const runs = [1]
  for (const [axis, size] of x.entries()) {
    if (size === 1) continue
    const same = (runs.length % 2 === 0) === gone.has(axis)
    if (same) runs[runs.length - 1] *= size
    else runs.push(size)
  }
  if (runs.length > 5 || [...gone].some(axis => !(axis >= 0 && axis < x.length))) {
    throw new HolterError({
      stage: 'ops',
      where,
      problem: 'axes do not exist, or are more than two that are not adjacent',
      got: `axes [${[...gone]}] of shape [${x}]`,
    })
  }
  const [outer, first = 1, between = 1, second = 1, inner = 1] = runs
  // Where one run is reduced, what lies behind it is the inner one: the kernel walks it fastest.
  return second === 1 ? { outer, first, between: 1, second, inner: between } : { outer, first, between, second, inner }
}

/** Calls `visit` with the place of each output element and with those of the elements that it is made of. */
export function forEachReduced(r: Reduction, visit: (at: number, places: Iterable<number>) => void): void {
  let at = 0
  for (let a = 0; a < r.outer; a++) {
    for (let b = 0; b < r.between; b++) {
      for (let c = 0; c < r.inner; c++) visit(at++, placesOf(r, a, b, c))
    }
  }
}

function* placesOf({ first, between, second, inner }: Reduction, a: number, b: number, c: number): Generator<number> {
  for (let i = 0; i < first; i++) {
    for (let k = 0; k < second; k++) yield (((a * first + i) * between + b) * second + k) * inner + c
  }
}

/** The sizes in the order of the kernels' arguments. */
export const reductionSizes = ({ outer, first, between, second, inner }: Reduction) => [
  outer,
  first,
  between,
  second,
  inner,
]

function axesOf(x: Shape, axes: Shaped | undefined): Set<number> {
  return new Set(indicesOf(axes, 'axes').map(axis => (axis < 0 ? axis + x.length : axis)))
}

/** A test case of a reduction; quantizations are [scale, zero point]. */
export function reductionCase(
  kind: string,
  name: string,
  x: number[],
  axes: number[],
  quantizations: readonly [input: readonly [number, number], output: readonly [number, number]],
  keepDims = false,
) {
  const [from, to] = quantizations.map(([scale, zeroPoint]) => ({ scale, zeroPoint }))
  const constant = { shape: [axes.length], type: 'int32' as const, scale: 1, data: Int32Array.from(axes) }
  const output = { shape: reducedShape(x, constant, keepDims), ...to }
  return caseNode<ReductionAttrs>(name, kind, { keepDims }, [{ shape: x, ...from }, constant], [output])
}
