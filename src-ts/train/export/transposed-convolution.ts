import { activated } from './activated.ts'
import { alongPlane, checkWindow, type LayerExport, settings, weights } from './exporting.ts'

export const transposedConvolution: LayerExport = {
  name: 'transposed-convolution',
  layers: ['Conv2DTranspose'],
  export(layer, to) {
    const own = settings(layer)
    checkWindow(own, to)
    const [kernel, bias] = weights(layer)
    const inC = to.inputShapes[0].at(-1)!
    const outC = to.outputShape.at(-1)!
    const { height, width } = alongPlane(own.kernelSize, to.outputRank)
    // Keras' [H, W, O, I] as TFLite's [O, H, W, I].
    const filter = kernel.map((_, i) => {
      const [o, tap, c] = [Math.floor(i / (height * width * inC)), Math.floor(i / inC) % (height * width), i % inC]
      return kernel[(tap * outC + o) * inC + c]
    })
    const shape = to.constant('shape', [4], Int32Array.from(to.outputShape))
    const inputs = [shape, to.constant('kernel', [outC, height, width, inC], filter), ...to.inputs]
    if (bias) inputs.push(to.constant('bias', [outC], bias))
    const stride = alongPlane(own.strides, to.outputRank)
    const attrs = { strideH: stride.height, strideW: stride.width, padding: own.padding }
    return activated(to, own.activation, 'transposeConv', attrs, inputs)
  },
}
