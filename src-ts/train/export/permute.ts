import { type LayerExport, settings } from './exporting.ts'

export const permute: LayerExport = {
  name: 'permute',
  layers: ['Permute'],
  export(layer, to) {
    const dims: number[] = settings(layer).dims
    // [T, C] has an axis more in the graph than in Keras; both count the batch as axis 0.
    const added = to.inputShapes[0].length - to.inputRanks[0]
    const order = [...Array(added + 1).keys(), ...dims.map(axis => axis + added)]
    const constant = to.constant('order', [order.length], Int32Array.from(order))
    return to.node('transpose', {}, [...to.inputs, constant])
  },
}
