import { activated } from './activated.ts'
import { alongPlane, checkWindow, type LayerExport, settings, transposed, weights } from './exporting.ts'

export const convolution: LayerExport = {
  name: 'convolution',
  layers: ['Conv1D', 'Conv2D'],
  export(layer, to) {
    const own = settings(layer)
    checkWindow(own, to)
    const [kernel, bias] = weights(layer)
    const inC = to.inputShapes[0].at(-1)!
    const outC = to.outputShape.at(-1)!
    const size = alongPlane(own.kernelSize, to.outputRank)
    const filter = transposed(kernel, size.height * size.width * inC, outC)
    const constants = [to.constant('kernel', [outC, size.height, size.width, inC], filter)]
    if (bias) constants.push(to.constant('bias', [outC], bias))
    const stride = alongPlane(own.strides, to.outputRank)
    const dilation = alongPlane(own.dilationRate ?? 1, to.outputRank)
    const attrs = {
      strideH: stride.height,
      strideW: stride.width,
      dilationH: dilation.height,
      dilationW: dilation.width,
      padding: own.padding,
    }
    return activated(to, own.activation, 'conv2d', attrs, [...to.inputs, ...constants])
  },
}
