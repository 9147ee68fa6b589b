import type { LayerExport } from './exporting.ts'

/** Layers that do something in training only. */
export const trainingOnly: LayerExport = {
  name: 'training-only',
  layers: ['Dropout', 'SpatialDropout1D', 'AlphaDropout', 'GaussianDropout', 'GaussianNoise'],
  export: (_, to) => to.inputs[0],
}
