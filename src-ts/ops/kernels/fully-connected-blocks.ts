import type { Kernel } from '../kernel.ts'
import type { Convolution } from '../parts/convolution.ts'
import type { Dense } from '../parts/dense.ts'
import { window } from '../parts/window.ts'
import { conv2dBlocks } from './conv2d-blocks.ts'

/** FULLY_CONNECTED of int8 as a 1×1 convolution whose pixels are the rows. */
export const fullyConnectedBlocks: Kernel<Dense> = {
  name: 'fully-connected-blocks',
  flavours: ['simd'],
  fits: (p, on) => on.element.name === 'i8' && conv2dBlocks.fits!(asConvolution(p), on),
  cost: (p, on) => conv2dBlocks.cost!(asConvolution(p), on),
  scratchBytes: (p, on) => conv2dBlocks.scratchBytes!(asConvolution(p), on),
  reservedBytes: (p, on) => conv2dBlocks.reservedBytes!(asConvolution(p), on),
  emit: (p, to) => conv2dBlocks.emit(asConvolution(p), { ...to, inputPitch: () => p.depth, outputPitch: () => p.outC }),
}

function asConvolution(p: Dense): Convolution {
  const pixels = window({ strideH: 1, strideW: 1, padding: 'valid' }, [1, 1, p.rows, p.depth], 1, 1)
  return { ...p, int16: false, window: pixels, groups: 1 }
}
