import { type LayerExport, settings } from './exporting.ts'

/** By repeating the nearest value. */
export const upSampling: LayerExport = {
  name: 'up-sampling',
  layers: ['UpSampling2D'],
  export(layer, to) {
    const { interpolation, dataFormat } = settings(layer)
    if (dataFormat === 'channelsFirst') to.refuse('channels first')
    if (interpolation && interpolation !== 'nearest') to.refuse(`interpolation ${interpolation}`)
    const size = to.constant('size', [2], Int32Array.from(to.outputShape.slice(1, 3)))
    return to.node('resizeNearestNeighbor', { alignCorners: false, halfPixelCenters: false }, [...to.inputs, size])
  },
}
