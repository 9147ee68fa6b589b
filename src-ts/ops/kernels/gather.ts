import type { IntData } from '../../ir/graph.ts'
import type { Kernel } from '../kernel.ts'

/** Slices that are copied from places along one axis: what GATHER and its kin prepare. */
export interface Slices {
  readonly batches: number
  /** Times that the places of a batch are gone through. */
  readonly outer: number
  /** Slices to choose from each time. */
  readonly axis: number
  /** Elements of a slice. */
  readonly inner: number
  /** Which slices, as many for each batch. */
  readonly places: Int32Array
}

/** The definition. */
export function copySlices({ batches, outer, axis, inner, places }: Slices, x: IntData, y: IntData): void {
  const count = places.length / batches
  let at = 0
  for (let row = 0; row < batches * outer; row++) {
    const batch = Math.floor(row / outer)
    for (let i = 0; i < count; i++) {
      const from = (row * axis + places[batch * count + i]) * inner
      for (let k = 0; k < inner; k++) y[at++] = x[from + k]
    }
  }
}

export const gatherSlices: Kernel<Slices> = {
  name: 'gather',
  emit: ({ batches, outer, axis, inner, places }, to) =>
    to.call('gather', 'gather', [
      ['input', to.input(0), batches, outer, axis, inner * to.element.bytes],
      ['output', to.output(0)],
      ['places', to.data(places, 4), places.length / batches],
    ]),
}
