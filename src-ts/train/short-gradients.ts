import type { Tensor, Tensor4D } from '@tensorflow/tfjs'
import type { LayersModel, layers } from '@tensorflow/tfjs-layers'
import type { Tf } from './tf.ts'

/**
 * Training passes of two kinds of layers whose gradients tfjs takes the long way. Layer norm: it repeats mean and deviation for every
 * channel, and sums the gradients of that slice by slice, which was most of a step of ConvNeXt. Convolution of a plane: it makes the
 * gradient of the input even where that is the picture, which nobody learns. Same numbers within rounding.
 */

type Layer = layers.Layer
type Pass = (x: Tensor) => Tensor

/** Gives the layers of a model these passes in training; inference stays as it is. Returns a function that undoes it. */
export function shortenGradients(tf: Tf, model: LayersModel): () => void {
  const changed: Layer[] = []
  for (const layer of model.layers) {
    const pass = trainingPass(tf, layer)
    if (!pass) continue
    const plain = layer.call.bind(layer)
    layer.call = (inputs, args) => (args.training ? pass([inputs].flat()[0]) : plain(inputs, args))
    changed.push(layer)
  }
  // The method of the class shows again.
  return () => {
    for (const layer of changed) delete (layer as Partial<Layer>).call
  }
}

function trainingPass(tf: Tf, layer: Layer): Pass | undefined {
  const settings = layer.getConfig() as Record<string, any>
  const rank = (layer.inboundNodes[0].inputTensors[0].shape as unknown[]).length
  switch (layer.getClassName()) {
    case 'LayerNormalization':
      if (![`${-1}`, `${rank - 1}`].includes(`${settings.axis}`) || !settings.scale || !settings.center)
        return undefined
      return x => layerNorm(tf, x, layer, settings.epsilon)
    case 'Conv2D':
      if (settings.activation !== 'linear' || settings.dataFormat === 'channelsFirst') return undefined
      return x => convolution(tf, x, layer, settings)
    default:
      return undefined
  }
}

function layerNorm(tf: Tf, x: Tensor, layer: Layer, epsilon: number): Tensor {
  const [gamma, beta] = layer.weights.map(weight => weight.read())
  const normalize = tf.customGrad((input, save) => {
    const distance = (input as Tensor).sub((input as Tensor).mean(-1, true))
    const inverse = distance.square().mean(-1, true).add(epsilon).rsqrt()
    const normal = distance.mul(inverse)
    ;(save as (tensors: Tensor[]) => void)([normal, inverse])
    return {
      value: normal,
      gradFunc: (dy, [normal, inverse]) => {
        const along = dy.mul(normal).mean(-1, true)
        return dy.sub(dy.mean(-1, true)).sub(normal.mul(along)).mul(inverse)
      },
    }
  })
  return tf.tidy(() => normalize(x).mul(gamma).add(beta))
}

function convolution(tf: Tf, x: Tensor, layer: Layer, { strides, padding, dilationRate }: Record<string, any>): Tensor {
  const [kernel, bias] = layer.weights.map(weight => weight.read())
  return tf.tidy(() => {
    const sum = tf.conv2d(x as Tensor4D, kernel as Tensor4D, strides, padding, 'NHWC', dilationRate)
    return bias ? sum.add(bias) : sum
  })
}
