/** TensorFlow.js with its native library: layers, gradients, and the folder format of models. */
export type Tf = typeof import('@tensorflow/tfjs')
