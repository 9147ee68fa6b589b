import { alongPlane, checkWindow, type LayerExport, settings } from './exporting.ts'

export const pooling: LayerExport = {
  name: 'pooling',
  layers: ['MaxPooling1D', 'MaxPooling2D', 'AveragePooling1D', 'AveragePooling2D'],
  export(layer, to) {
    const own = settings(layer)
    checkWindow(own, to)
    const size = alongPlane(own.poolSize, to.outputRank)
    const stride = alongPlane(own.strides ?? own.poolSize, to.outputRank)
    const attrs = {
      filterH: size.height,
      filterW: size.width,
      strideH: stride.height,
      strideW: stride.width,
      padding: own.padding,
      activation: 'none',
    }
    return to.node(layer.getClassName().startsWith('Max') ? 'maxPool2d' : 'averagePool2d', attrs, to.inputs)
  },
}
