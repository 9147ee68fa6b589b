import { type LayerExport, settings } from './exporting.ts'

export const relu: LayerExport = {
  name: 'relu',
  layers: ['ReLU'],
  export(layer, to) {
    const { maxValue } = settings(layer)
    if (maxValue === 6) return to.node('relu6', {}, to.inputs)
    if (maxValue !== undefined && maxValue !== null) to.refuse(`a largest value of ${maxValue}`)
    return to.node('relu', {}, to.inputs)
  },
}
