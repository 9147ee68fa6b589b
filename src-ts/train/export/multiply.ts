import type { LayerExport } from './exporting.ts'

export const multiply: LayerExport = {
  name: 'multiply',
  layers: ['Multiply'],
  export(_, to) {
    if (to.inputShapes.some(shape => shape.length !== to.outputShape.length)) to.refuse('inputs of different rank')
    return to.inputs
      .slice(1)
      .reduce((product, factor) => to.node('mul', { activation: 'none' }, [product, factor]), to.inputs[0])
  },
}
