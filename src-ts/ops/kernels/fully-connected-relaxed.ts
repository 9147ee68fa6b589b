import type { Emitter, Kernel } from '../kernel.ts'
import { type Convolution, withoutInputZero } from '../parts/convolution.ts'
import type { Dense } from '../parts/dense.ts'
import { laneScaling } from '../parts/lane-scaling.ts'
import { scalingByInts } from '../parts/layer-scaling.ts'
import { packQuads } from '../parts/relaxed-blocks.ts'
import { window } from '../parts/window.ts'
import { conv2dRelaxed } from './conv2d-relaxed.ts'

/** Nanoseconds of four inputs times a block of channels, and of an output vector; docs/kernels.md. */
const COST = { step: 1.6, output: 1.8 }

/**
 * FULLY_CONNECTED of int8 by the relaxed dot product: many rows as pixels of a 1×1 convolution; one row with weights that stand in the file
 * once, whatever the engine's dot product is.
 */
export const fullyConnectedRelaxed: Kernel<Dense> = {
  name: 'fully-connected-relaxed',
  flavours: ['relaxed'],
  fits(p, on) {
    if (on.element.name !== 'i8') return false
    return p.rows === 1 ? laneScaling(p, p.filter) !== undefined : conv2dRelaxed.fits!(asConvolution(p), on)
  },
  cost(p, on) {
    if (p.rows > 1) return conv2dRelaxed.cost!(asConvolution(p), on)
    const blocks = blocksOf(p.outC)
    return blocks.length * Math.ceil(p.depth / 4) * COST.step + Math.ceil(p.outC / 4) * COST.output
  },
  scratchBytes: (p, on) => (p.rows > 1 ? conv2dRelaxed.scratchBytes!(asConvolution(p), on) : 0),
  reservedBytes: (p, on) => (p.rows > 1 ? conv2dRelaxed.reservedBytes!(asConvolution(p), on) : 0),
  emit(p, to) {
    if (p.rows === 1) return emitRow(p, to)
    return conv2dRelaxed.emit(asConvolution(p), { ...to, inputPitch: () => p.depth, outputPitch: () => p.outC })
  },
}

function asConvolution(p: Dense): Convolution {
  const pixels = window({ strideH: 1, strideW: 1, padding: 'valid' }, [1, 1, p.rows, p.depth], 1, 1)
  return { ...p, int16: false, window: pixels, groups: 1 }
}

/** Blocks of 32 channels, of 16 where no more are left. */
function blocksOf(outC: number): { readonly first: number; readonly width: number }[] {
  return Array.from({ length: Math.ceil(outC / 32) }, (_, i) => ({
    first: 32 * i,
    width: outC - 32 * i > 16 ? 32 : 16,
  }))
}

function emitRow(p: Dense, to: Emitter): string {
  const blocks = blocksOf(p.outC)
  const scaling = scalingByInts(laneScaling(p, p.filter)!)
  const signed = withoutInputZero(p)
  // Σ w·(x + 128) − 128·Σ w
  const unsigned = withoutInputZero({ ...p, bias: signed.bias, inputZero: 128 })
  return to.call('fully-connected-relaxed', 'fullyConnectedRelaxed', [
    ['input', to.input(0), 4 * Math.ceil(p.depth / 4)],
    ['output', to.output(0), p.outC],
    ['weights', to.data(packQuads(p.filter, blocks, 1, p.depth), 16)],
    [
      'channels for unsigned, for signed',
      scaling.place(to, unsigned.bias, blocks, 'whole'),
      scaling.place(to, signed.bias, blocks, 'whole'),
    ],
    ['shift', scaling.shift],
    ['clamp', p.min, p.max],
  ])
}
