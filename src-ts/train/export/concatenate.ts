import { type LayerExport, settings } from './exporting.ts'

export const concatenate: LayerExport = {
  name: 'concatenate',
  layers: ['Concatenate'],
  export(layer, to) {
    const { axis } = settings(layer)
    const fromEnd = axis < 0 ? axis : axis - to.inputRanks[0]
    return to.node('concatenation', { axis: to.outputShape.length + fromEnd, activation: 'none' }, to.inputs)
  },
}
