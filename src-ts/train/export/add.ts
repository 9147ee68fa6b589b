import type { LayerExport } from './exporting.ts'

export const add: LayerExport = {
  name: 'add',
  layers: ['Add'],
  export(_, to) {
    if (to.inputShapes.some(shape => shape.join() !== to.outputShape.join())) to.refuse('inputs of different shapes')
    return to.inputs.slice(1).reduce((sum, term) => to.node('add', { activation: 'none' }, [sum, term]), to.inputs[0])
  },
}
