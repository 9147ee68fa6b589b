import type { SymbolicTensor } from '@tensorflow/tfjs-layers'
import { random } from '../random.ts'
import type { Layers, NetworkShape } from './network.ts'
import { ownLayers } from './own-layers.ts'

/** Rows (time) and columns (leads) of the picture of a record: 182 × 256 as pictures are measured, across and down. */
export const PICTURE = { rows: 256, columns: 182 }

/** Height and width of a kernel or of its steps. */
export type Extent = readonly [height: number, width: number]

/** What the networks of pictures are put together from; every layer has a name of its own, and every kernel a seed of its own. */
export interface ImageLayers {
  /** The next seed of the network's stream. */
  draw(): number
  /** Convolution with SAME padding, kernels drawn by He et al. (ICCV 2015). */
  conv(x: SymbolicTensor, name: string, convolution: ImageConvolution): SymbolicTensor
  /** Convolution of each channel by itself, SAME padding. */
  depthwise(x: SymbolicTensor, name: string, convolution: Omit<ImageConvolution, 'filters'>): SymbolicTensor
  add(a: SymbolicTensor, b: SymbolicTensor, name: string): SymbolicTensor
  /** Dropout and the dense layer of the logits. */
  head(x: SymbolicTensor, labels: number, rate: number, name?: string): SymbolicTensor
}

export interface ImageConvolution {
  readonly filters: number
  readonly kernel: Extent
  readonly strides?: Extent
  /** Default true; without where a batch norm follows. */
  readonly bias?: boolean
}

/**
 * Returns the input of a network of pictures and the picture that it sees. A record of [samples, leads] is taken as a picture of one
 * channel, time down and leads across, and resized bilinearly; an image goes in as it is. The usual repetition to three channels would
 * only add the kernels of three equal channels: there is one.
 */
export function pictureOf(tf: Layers, { samples, width, leads }: NetworkShape) {
  if (width) {
    const input = tf.input({ shape: [samples, width, leads], name: 'image' })
    return { input, picture: input }
  }
  const input = tf.input({ shape: [samples, leads], name: 'ecg' })
  const matrix = tf.layers.reshape({ name: 'matrix', targetShape: [samples, leads, 1] }).apply(input)
  const resize = ownLayers(tf).resize({ name: 'picture', height: PICTURE.rows, width: PICTURE.columns })
  return { input, picture: resize.apply(matrix as SymbolicTensor) as SymbolicTensor }
}

/** Returns the layers of a network whose seed is given. */
export function imageLayers({ layers, initializers }: Layers, seed: number): ImageLayers {
  const stream = random(seed)
  const draw = () => stream.integer(2 ** 31 - 1)
  const settings = ({
    kernel: kernelSize,
    strides = [1, 1],
    bias: useBias = true,
  }: Omit<ImageConvolution, 'filters'>) => ({
    kernelSize: [...kernelSize] as [number, number],
    strides: [...strides] as [number, number],
    padding: 'same' as const,
    useBias,
  })
  return {
    draw,
    conv(x, name, { filters, ...rest }) {
      const kernelInitializer = initializers.heNormal({ seed: draw() })
      return layers.conv2d({ name, filters, ...settings(rest), kernelInitializer }).apply(x) as SymbolicTensor
    },
    depthwise(x, name, rest) {
      // He's rule counts all channels as the inputs of each; here there is one.
      const stddev = Math.sqrt(2 / (rest.kernel[0] * rest.kernel[1]))
      const depthwiseInitializer = initializers.randomNormal({ mean: 0, stddev, seed: draw() })
      return layers.depthwiseConv2d({ name, ...settings(rest), depthwiseInitializer }).apply(x) as SymbolicTensor
    },
    add: (a, b, name) => layers.add({ name }).apply([a, b]) as SymbolicTensor,
    head(x, labels, rate, name = 'logits') {
      const kernelInitializer = initializers.glorotUniform({ seed: draw() })
      const kept = layers.dropout({ name: `${name}-dropout`, rate, seed: draw() }).apply(x)
      return layers.dense({ name, units: labels, kernelInitializer }).apply(kept) as SymbolicTensor
    },
  }
}
