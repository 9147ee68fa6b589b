import type { LayerExport } from './exporting.ts'
import { settings } from './exporting.ts'

/** Over time, or over the plane: both are axes 1 and 2. */
export const globalPooling: LayerExport = {
  name: 'global-pooling',
  layers: ['GlobalAveragePooling1D', 'GlobalAveragePooling2D', 'GlobalMaxPooling1D', 'GlobalMaxPooling2D'],
  export(layer, to) {
    if (settings(layer).dataFormat === 'channelsFirst') to.refuse('channels first')
    const axes = to.constant('axes', [2], Int32Array.of(1, 2))
    const op = layer.getClassName().startsWith('GlobalMax') ? 'reduceMax' : 'mean'
    return to.node(op, { keepDims: false }, [...to.inputs, axes])
  },
}
