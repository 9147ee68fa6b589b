import { elements } from '../../ir/graph.ts'
import type { LayerExport } from './exporting.ts'

export const reshape: LayerExport = {
  name: 'reshape',
  layers: ['Reshape', 'Flatten'],
  export(layer, to) {
    const flat = layer.getClassName() === 'Flatten'
    return to.node('reshape', { newShape: flat ? [1, elements(to.inputShapes[0])] : [...to.outputShape] }, to.inputs)
  },
}
