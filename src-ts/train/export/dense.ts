import { activated } from './activated.ts'
import { type LayerExport, settings, transposed, weights } from './exporting.ts'

/** Over the last axis, whatever stands before it. */
export const dense: LayerExport = {
  name: 'dense',
  layers: ['Dense'],
  export(layer, to) {
    const { activation } = settings(layer)
    const [kernel, bias] = weights(layer)
    const inC = to.inputShapes[0].at(-1)!
    const outC = to.outputShape.at(-1)!
    const constants = [to.constant('kernel', [outC, inC], transposed(kernel, inC, outC))]
    if (bias) constants.push(to.constant('bias', [outC], bias))
    const attrs = { keepNumDims: to.inputShapes[0].length > 2 }
    return activated(to, activation, 'fullyConnected', attrs, [...to.inputs, ...constants])
  },
}
