import { type LayerExport, settings } from './exporting.ts'

export const leakyRelu: LayerExport = {
  name: 'leaky-relu',
  layers: ['LeakyReLU'],
  export: (layer, to) => to.node('leakyRelu', { alpha: settings(layer).alpha }, to.inputs),
}
