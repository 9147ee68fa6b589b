import { type LayerExport, weights } from './exporting.ts'

/** A learned number for each place and channel, as a constant to add (networks/own-layers.ts). */
export const positions: LayerExport = {
  name: 'positions',
  layers: ['HolterPositions'],
  export(layer, to) {
    const table = to.constant('table', to.outputShape, weights(layer)[0])
    return to.node('add', { activation: 'none' }, [...to.inputs, table])
  },
}
