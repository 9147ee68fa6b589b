import { activated } from './activated.ts'
import { alongPlane, checkWindow, type LayerExport, settings, transposed, weights } from './exporting.ts'

/** A depthwise convolution, and one of 1×1 that mixes its channels. */
export const separableConvolution: LayerExport = {
  name: 'separable-convolution',
  layers: ['SeparableConv2D'],
  export(layer, to) {
    const own = settings(layer)
    checkWindow(own, to)
    const [depthwise, pointwise, bias] = weights(layer)
    const outC = to.outputShape.at(-1)!
    const size = alongPlane(own.kernelSize, to.outputRank)
    const middle = depthwise.length / (size.height * size.width)
    const stride = alongPlane(own.strides, to.outputRank)
    const dilation = alongPlane(own.dilationRate ?? 1, to.outputRank)
    const filter = to.constant('depthwise', [1, size.height, size.width, middle], depthwise)
    const windows = { padding: own.padding, dilationH: dilation.height, dilationW: dilation.width }
    const strides = { strideH: stride.height, strideW: stride.width }
    const apart = { ...windows, ...strides, depthMultiplier: middle / to.inputShapes[0].at(-1)!, activation: 'none' }
    const shape = [...to.outputShape.slice(0, -1), middle]
    const channels = to.node('depthwiseConv2d', apart, [...to.inputs, filter], shape)
    const constants = [to.constant('pointwise', [outC, 1, 1, middle], transposed(pointwise, middle, outC))]
    if (bias) constants.push(to.constant('bias', [outC], bias))
    const mix = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, padding: 'valid' }
    return activated(to, own.activation, 'conv2d', mix, [channels, ...constants])
  },
}
