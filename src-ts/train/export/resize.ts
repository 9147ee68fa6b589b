import type { LayerExport } from './exporting.ts'

/** Bilinearly, pixels by their middles (networks/own-layers.ts). */
export const resize: LayerExport = {
  name: 'resize',
  layers: ['HolterResize'],
  export(_, to) {
    const size = to.constant('size', [2], Int32Array.from(to.outputShape.slice(1, 3)))
    return to.node('resizeBilinear', { alignCorners: false, halfPixelCenters: true }, [...to.inputs, size])
  },
}
