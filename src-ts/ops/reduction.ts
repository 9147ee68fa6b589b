import { HolterError } from '../errors.ts'
import { elements, type Shape } from '../ir/graph.ts'
import { caseNode } from './cases.ts'
import { indicesOf } from './indices.ts'
import type { Op, Shaped } from './op.ts'

export interface ReductionAttrs {
  readonly keepDims: boolean
}

/** An input seen as [outer, count, inner]; the middle axis is reduced. */
export interface Reduction {
  readonly outer: number
  readonly count: number
  readonly inner: number
}

/** The options table of MEAN, SUM, REDUCE_MAX and their kin. */
export const reductionOptions: Pick<Op<ReductionAttrs>['tflite'], 'options' | 'read' | 'write'> = {
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

/** Sees a shape as [outer, count, inner], the axes being the middle. Axes of length 1 may lie anywhere. */
export function reductionOf(x: Shape, axes: Shaped | undefined, where: string): Reduction {
  const gone = axesOf(x, axes)
  const long = [...gone].filter(axis => x[axis] !== 1).sort((a, b) => a - b)
  const first = long[0] ?? 0
  const last = long.at(-1) ?? -1
  const between = x.slice(first, last + 1).some((n, i) => n !== 1 && !gone.has(first + i))
  if (between || [...gone].some(axis => !(axis >= 0 && axis < x.length))) {
    throw new HolterError({
      stage: 'codegen',
      where,
      problem: 'only a reduction over adjacent axes is supported',
      got: `axes [${[...gone]}] of shape [${x}]`,
    })
  }
  return {
    outer: elements(x.slice(0, first)),
    count: elements(x.slice(first, last + 1)),
    inner: elements(x.slice(last + 1)),
  }
}

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
