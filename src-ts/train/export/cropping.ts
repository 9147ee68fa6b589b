import { type LayerExport, settings } from './exporting.ts'

export const cropping: LayerExport = {
  name: 'cropping',
  layers: ['Cropping2D'],
  export(layer, to) {
    const { cropping, dataFormat } = settings(layer)
    if (dataFormat === 'channelsFirst') to.refuse('channels first')
    const begin = to.constant('begin', [4], Int32Array.of(0, cropping[0][0], cropping[1][0], 0))
    const size = to.constant('size', [4], Int32Array.of(-1, ...to.outputShape.slice(1)))
    return to.node('slice', {}, [...to.inputs, begin, size])
  },
}
