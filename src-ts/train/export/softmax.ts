import type { LayerExport } from './exporting.ts'

/** Over the last axis: tfjs has no other. */
export const softmax: LayerExport = {
  name: 'softmax',
  layers: ['Softmax'],
  export: (_, to) => to.node('softmax', { beta: 1 }, to.inputs),
}
