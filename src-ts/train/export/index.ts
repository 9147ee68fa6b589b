import { activation } from './activation.ts'
import { add } from './add.ts'
import { average } from './average.ts'
import { batchNormalization } from './batch-normalization.ts'
import { channelScale } from './channel-scale.ts'
import { concatenate } from './concatenate.ts'
import { convolution } from './convolution.ts'
import { cropping } from './cropping.ts'
import { dense } from './dense.ts'
import { depthwiseConvolution } from './depthwise-convolution.ts'
import { dot } from './dot.ts'
import { elu } from './elu.ts'
import type { LayerExport } from './exporting.ts'
import { extremum } from './extremum.ts'
import { globalPooling } from './global-pooling.ts'
import { hardSwish } from './hard-swish.ts'
import { input } from './input.ts'
import { layerNormalization } from './layer-normalization.ts'
import { leakyRelu } from './leaky-relu.ts'
import { multiply } from './multiply.ts'
import { permute } from './permute.ts'
import { pooling } from './pooling.ts'
import { positions } from './positions.ts'
import { relu } from './relu.ts'
import { reshape } from './reshape.ts'
import { resize } from './resize.ts'
import { separableConvolution } from './separable-convolution.ts'
import { softmax } from './softmax.ts'
import { trainingOnly } from './training-only.ts'
import { transposedConvolution } from './transposed-convolution.ts'
import { upSampling } from './up-sampling.ts'
import { zeroPadding } from './zero-padding.ts'

/** Every kind of layer that can be exported: one file, one line. */
export const layerExports: readonly LayerExport[] = [
  activation,
  add,
  average,
  batchNormalization,
  channelScale,
  concatenate,
  convolution,
  cropping,
  dense,
  depthwiseConvolution,
  dot,
  elu,
  extremum,
  globalPooling,
  hardSwish,
  input,
  layerNormalization,
  leakyRelu,
  multiply,
  permute,
  pooling,
  positions,
  relu,
  reshape,
  resize,
  separableConvolution,
  softmax,
  trainingOnly,
  transposedConvolution,
  upSampling,
  zeroPadding,
]

const byClass = new Map(layerExports.flatMap(each => each.layers.map(name => [name, each] as const)))

/** Returns how layers of a Keras class become nodes, or undefined when they cannot. */
export function exportOf(className: string): LayerExport | undefined {
  return byClass.get(className)
}

/** Keras class names of all layers that can be exported. */
export const exportableLayers: readonly string[] = [...byClass.keys()]
