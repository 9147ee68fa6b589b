import { activate } from './activated.ts'
import { type LayerExport, settings } from './exporting.ts'

export const activation: LayerExport = {
  name: 'activation',
  layers: ['Activation'],
  export: (layer, to) => activate(to, settings(layer).activation, to.inputs[0]),
}
