import { activated } from './activated.ts'
import { alongPlane, checkWindow, type LayerExport, settings, weights } from './exporting.ts'

export const depthwiseConvolution: LayerExport = {
  name: 'depthwise-convolution',
  layers: ['DepthwiseConv2D'],
  export(layer, to) {
    const own = settings(layer)
    checkWindow(own, to)
    const [kernel, bias] = weights(layer)
    const outC = to.outputShape.at(-1)!
    const size = alongPlane(own.kernelSize, to.outputRank)
    // Keras' [H, W, C, multiplier] has the values of TFLite's [1, H, W, C · multiplier] in the same order.
    const constants = [to.constant('kernel', [1, size.height, size.width, outC], kernel)]
    if (bias) constants.push(to.constant('bias', [outC], bias))
    const stride = alongPlane(own.strides, to.outputRank)
    const dilation = alongPlane(own.dilationRate ?? 1, to.outputRank)
    const attrs = {
      strideH: stride.height,
      strideW: stride.width,
      dilationH: dilation.height,
      dilationW: dilation.width,
      padding: own.padding,
      depthMultiplier: outC / to.inputShapes[0].at(-1)!,
    }
    return activated(to, own.activation, 'depthwiseConv2d', attrs, [...to.inputs, ...constants])
  },
}
