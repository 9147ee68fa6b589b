import type { LayerExport } from './exporting.ts'

/** With an alpha of 1: tfjs has no other. */
export const elu: LayerExport = {
  name: 'elu',
  layers: ['ELU'],
  export: (_, to) => to.node('elu', {}, to.inputs),
}
