import type { Tensor, Tensor1D } from '@tensorflow/tfjs'
import type { LayersModel, layers } from '@tensorflow/tfjs-layers'
import type { Tf } from './tf.ts'

/**
 * Two gradients that tfjs puts together from many small operations although TensorFlow's library has them as one.
 * Same numbers within rounding; a training step of gap-cnn takes half the processor time.
 */

/** The part of tfjs-node's backend that runs an operation of the native library by name. */
interface Native {
  readonly binding: Readonly<Record<`TF_${string}`, number>>
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[]
}

interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

interface BatchNorm extends layers.Layer {
  readonly epsilon: number
  readonly momentum: number
  readonly gamma?: Readonly<Moving>
  readonly beta?: Readonly<Moving>
  readonly movingMean: Moving
  readonly movingVariance: Moving
}

interface Moving {
  read(): Tensor
  write(value: Tensor): unknown
}

/** Returns the backend of tfjs-node. */
export function native(tf: Tf): Native {
  return tf.backend() as unknown as Native
}

/** Makes every ReLU and ReLU6 of this process use the native gradient: one pass over the data instead of seven. */
export function useNativeReluGradients(tf: Tf): void {
  const backend = native(tf)
  const type = floatType(backend)
  for (const kernelName of ['Relu', 'Relu6']) {
    tf.registerGradient({
      kernelName,
      // The output tells as much as the input, and is kept for the next layer anyway.
      outputsToSave: [true],
      gradFunc: (dy, [y]) => ({ x: () => backend.executeSingleOutput(`${kernelName}Grad`, [type], [dy as Tensor, y]) }),
    })
  }
}

/**
 * Makes the batch norm layers of a model use the native fused pass and gradient in training; inference stays as it is.
 * Returns a function that undoes it. Layers without gamma or beta, or over another axis than the last, are left alone.
 */
export function fuseBatchNorm(tf: Tf, model: LayersModel): () => void {
  const fused = model.layers.filter(isPlainBatchNorm)
  for (const layer of fused) {
    const plain = layer.call.bind(layer)
    layer.call = (inputs, args) => {
      return args.training ? trainingPass(tf, layer, [inputs].flat()[0]) : plain(inputs, args)
    }
  }
  // The method of the class shows again.
  return () => {
    for (const layer of fused) delete (layer as Partial<BatchNorm>).call
  }
}

function isPlainBatchNorm(layer: layers.Layer): layer is BatchNorm {
  if (layer.getClassName() !== 'BatchNormalization') return false
  const { axis, scale, center } = layer.getConfig()
  const rank = (layer.inboundNodes[0].inputTensors[0].shape as unknown[]).length
  return (axis === -1 || axis === rank - 1) && scale !== false && center !== false
}

function trainingPass(
  tf: Tf,
  { gamma, beta, epsilon, momentum, movingMean, movingVariance }: BatchNorm,
  x: Tensor,
): Tensor {
  const backend = native(tf)
  const attributes = [
    floatType(backend),
    { name: 'epsilon', type: backend.binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: backend.binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: backend.binding.TF_ATTR_BOOL, value: true },
  ]
  const channels = x.shape.at(-1)!
  const rows = x.size / channels
  const move = (moving: Moving, value: Tensor) =>
    moving.write(tf.add(tf.mul(moving.read(), momentum), tf.mul(value, 1 - momentum)))
  const normalize = tf.customGrad((input, scale, offset, save) => {
    const none: Tensor1D = tf.tensor1d([])
    const inputs = [input, scale, offset, none, none] as Tensor[]
    const [y, mean, variance, ...reserved] = backend.executeMultipleOutputs('FusedBatchNorm', attributes, inputs, 5)
    move(movingMean, mean)
    // The library gives the unbiased variance, tfjs moves towards the biased one.
    move(movingVariance, tf.mul(variance, (rows - 1) / rows))
    ;(save as (tensors: Tensor[]) => void)([input as Tensor, scale as Tensor, ...reserved])
    return {
      value: y,
      gradFunc: (dy, saved) =>
        backend.executeMultipleOutputs('FusedBatchNormGrad', attributes, [dy as Tensor, ...saved], 5).slice(0, 3),
    }
  })
  return tf.tidy(() => normalize(x.reshape([rows, 1, 1, channels]), gamma!.read(), beta!.read()).reshape(x.shape))
}

function floatType({ binding }: Native): Attribute {
  return { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }
}
