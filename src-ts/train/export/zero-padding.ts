import { type LayerExport, settings } from './exporting.ts'

export const zeroPadding: LayerExport = {
  name: 'zero-padding',
  layers: ['ZeroPadding2D'],
  export(layer, to) {
    const { padding, dataFormat } = settings(layer)
    if (dataFormat === 'channelsFirst') to.refuse('channels first')
    const [rows, columns] = padding as number[][]
    const paddings = to.constant('paddings', [4, 2], Int32Array.of(0, 0, ...rows, ...columns, 0, 0))
    return to.node('pad', {}, [...to.inputs, paddings])
  },
}
