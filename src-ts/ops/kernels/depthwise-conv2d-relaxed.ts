import type { Kernel } from '../kernel.ts'
import { withoutInputZero } from '../parts/convolution.ts'
import type { Depthwise } from '../parts/depthwise.ts'
import {
  asConvolution,
  depthwiseConv2dPairs,
  type StepsKernel,
  stepsCall,
  stepsCost,
  tiling,
  weightBytes,
} from './depthwise-conv2d-pairs.ts'

const QUADS: StepsKernel = { file: 'depthwise-relaxed', name: scale => `depthwiseConv2dRelaxed<${scale}>`, taps: 4 }

/** DEPTHWISE_CONV_2D of int8 by the relaxed dot product, four taps a step; where its sums would not be exact, as `depthwise-conv2d-pairs`. */
export const depthwiseConv2dRelaxed: Kernel<Depthwise> = {
  name: 'depthwise-conv2d-relaxed',
  flavours: ['relaxed'],
  fits: (p, on) => depthwiseConv2dPairs.fits!(p, on),
  cost: p => stepsCost(p, 4, 1.3),
  pitch: () => ({ inputs: true, output: true }),
  scratchBytes: p => Math.max(tiling(p, 2).scratchBytes, tiling(p, 4).scratchBytes),
  reservedBytes: p => weightBytes(p, 2) + weightBytes(p, 4),
  emit(p, to) {
    const signed = withoutInputZero(asConvolution(p))
    // Σ w·(x + 128) − 128·Σ w
    const unsigned = withoutInputZero({ ...asConvolution(p), bias: signed.bias, inputZero: 128 })
    const weights = to.reserved() + weightBytes(p, 2)
    return [
      `  if (${to.use('conv2d-relaxed', 'relaxedIsExact')}()) {`,
      stepsCall(p, to, QUADS, weights, [unsigned.bias, signed.bias]),
      '  } else {',
      depthwiseConv2dPairs.emit(p, to),
      '  }',
    ].join('\n')
  },
}
