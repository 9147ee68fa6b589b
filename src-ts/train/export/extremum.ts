import type { LayerExport } from './exporting.ts'

export const extremum: LayerExport = {
  name: 'extremum',
  layers: ['Maximum', 'Minimum'],
  export(layer, to) {
    if (to.inputShapes.some(shape => shape.join() !== to.outputShape.join())) to.refuse('inputs of different shapes')
    const op = layer.getClassName().toLowerCase()
    return to.inputs.slice(1).reduce((most, other) => to.node(op, {}, [most, other]), to.inputs[0])
  },
}
