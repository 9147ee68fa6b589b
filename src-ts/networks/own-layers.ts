import type { Tensor } from '@tensorflow/tfjs'
import type { layers } from '@tensorflow/tfjs-layers'
import type { Layers } from './network.ts'

type Layer = layers.Layer
type Size = (number | null)[]
type Config = { readonly name: string }
type Inputs = Tensor | Tensor[]

/** Layers that networks need and tfjs does not have; their exporters are in train/export. */
export interface OwnLayers {
  /**
   * Resizes [batch, rows, columns, channels] bilinearly, pixels lying on each other by their middles, with no low-pass before:
   * RESIZE_BILINEAR with half_pixel_centers. (tfjs' own Resizing tells the next layer a shape without the batch.)
   */
  resize(config: Config & { readonly height: number; readonly width: number }): Layer
  /** Adds a learned number to each place and channel of [batch, places, channels]. */
  positions(config: Config & { readonly seed: number }): Layer
  /** Multiplies each channel (the last axis) by a learned number that begins as `start`. */
  channelScale(config: Config & { readonly start: number }): Layer
  /** x · relu6(x + 3) / 6. */
  hardSwish(config: Config): Layer
}

const made = new WeakMap<Layers, OwnLayers>()

/** Returns these layers, and registers them, so that the library can load models that have them; train/backend.ts does so at once. */
export function ownLayers(tf: Layers): OwnLayers {
  const own = made.get(tf) ?? define(tf)
  made.set(tf, own)
  return own
}

function define(tf: Layers): OwnLayers {
  const one = (inputs: Inputs): Tensor => [inputs].flat()[0]

  /** A layer of one weight, or none, whose settings are plain data. */
  abstract class Own<C extends Config> extends tf.layers.Layer {
    protected readonly config: C
    constructor(config: C) {
      super(config)
      this.config = config
    }
    override getConfig() {
      return { ...super.getConfig(), ...this.config }
    }
  }

  class Resize extends Own<Parameters<OwnLayers['resize']>[0]> {
    static className = 'HolterResize'
    override computeOutputShape(shape: Size | Size[]): Size {
      const [batch, , , channels] = shape as Size
      return [batch, this.config.height, this.config.width, channels]
    }
    override call(inputs: Inputs): Tensor {
      const { height, width } = this.config
      return tf.image.resizeBilinear(one(inputs) as never, [height, width], false, true)
    }
  }

  class Positions extends Own<Parameters<OwnLayers['positions']>[0]> {
    static className = 'HolterPositions'
    override build(shape: Size | Size[]): void {
      const initializer = tf.initializers.truncatedNormal({ stddev: 0.02, seed: this.config.seed })
      this.addWeight('table', shape.slice(1) as Size, 'float32', initializer)
      super.build(shape)
    }
    override call(inputs: Inputs): Tensor {
      return tf.add(one(inputs), this.weights[0].read())
    }
  }

  class ChannelScale extends Own<Parameters<OwnLayers['channelScale']>[0]> {
    static className = 'HolterChannelScale'
    override build(shape: Size | Size[]): void {
      this.addWeight(
        'scale',
        [shape.at(-1) as number],
        'float32',
        tf.initializers.constant({ value: this.config.start }),
      )
      super.build(shape)
    }
    override call(inputs: Inputs): Tensor {
      return tf.mul(one(inputs), this.weights[0].read())
    }
  }

  class HardSwish extends Own<Config> {
    static className = 'HolterHardSwish'
    override call(inputs: Inputs): Tensor {
      const x = one(inputs)
      return tf.mul(x, tf.relu6(tf.add(x, 3))).div(6)
    }
  }

  for (const layer of [Resize, Positions, ChannelScale, HardSwish]) tf.serialization.registerClass(layer)
  return {
    resize: config => new Resize(config),
    positions: config => new Positions(config),
    channelScale: config => new ChannelScale(config),
    hardSwish: config => new HardSwish(config),
  }
}
