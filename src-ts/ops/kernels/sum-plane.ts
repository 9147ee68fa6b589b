import { elements } from '../../ir/graph.ts'
import type { Kernel } from '../kernel.ts'
import { wholeOperands } from '../parts/broadcast.ts'
import type { ScaledSumPrepared } from '../parts/scaled-sum.ts'
import { type BytePlane, sumPlane as findPlane } from '../parts/sum-plane.ts'

/** Nanoseconds of eight elements; docs/kernels.md. */
const COST = 2

const found = new WeakMap<ScaledSumPrepared, BytePlane | undefined>()

/** ADD and SUB of two int8 tensors of one shape: one rounding instead of TFLM's three, where looking at all pairs of bytes proves that it gives the same. */
export const sumPlane: Kernel<ScaledSumPrepared> = {
  name: 'sum-plane',
  flavours: ['simd', 'relaxed'],
  fits: (p, { element }) => element.name === 'i8' && isElementwise(p) && planeOf(p) !== undefined,
  cost: ({ walk }) => (elements(walk.sizes) / 8) * COST,
  inPlace: wholeOperands,
  emit(p, to) {
    const { factorA, factorB, origin, offset, shift } = planeOf(p)!
    return to.call('sum-plane', 'sumPlane', [
      ['a', to.input(0), factorA],
      ['b', to.input(1), factorB],
      ['output', to.output(0), elements(p.walk.sizes)],
      ['origin, offset, shift', origin, offset, shift],
      ['clamp', p.min, p.max],
    ])
  },
}

/** Whether neither operand is a constant or repeated. */
function isElementwise({ constants, walk: { sizes, stepsA, stepsB } }: ScaledSumPrepared): boolean {
  const whole = (steps: readonly number[]) => {
    const contiguous = sizes.map((_, axis) => elements(sizes.slice(axis + 1)))
    return sizes.every((size, axis) => size === 1 || steps[axis] === contiguous[axis])
  }
  return !constants[0] && !constants[1] && whole(stepsA) && whole(stepsB)
}

function planeOf(p: ScaledSumPrepared): BytePlane | undefined {
  if (!found.has(p)) found.set(p, findPlane(p))
  return found.get(p)
}
