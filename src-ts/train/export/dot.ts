import { type LayerExport, settings } from './exporting.ts'

export const dot: LayerExport = {
  name: 'dot',
  layers: ['Dot'],
  export(layer, to) {
    const { axes, normalize } = settings(layer)
    if (normalize) to.refuse('normalized')
    if (to.inputRanks.some(rank => rank !== 3)) to.refuse('an operand is no matrix')
    const [a, b] = Array.isArray(axes) ? axes : [axes, axes]
    return to.node('batchMatmul', { adjX: fromStart(a) === 1, adjY: fromStart(b) === 2 }, to.inputs)
  },
}

/** An axis of a Keras tensor [null, rows, columns], counted from the start. */
function fromStart(axis: number): number {
  return axis < 0 ? axis + 3 : axis
}
