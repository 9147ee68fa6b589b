import { type LayerExport, weights } from './exporting.ts'

/** A factor for each channel (networks/own-layers.ts), as a batch norm, which the passes fold into the layer before. */
export const channelScale: LayerExport = {
  name: 'channel-scale',
  layers: ['HolterChannelScale'],
  export(layer, to) {
    const [gamma] = weights(layer)
    const zeros = new Float32Array(gamma.length)
    const constants = Object.entries({ gamma, beta: zeros, mean: zeros, variance: zeros.map(() => 1) }).map(
      ([role, data]) => to.constant(role, [gamma.length], data),
    )
    return to.node('batchNorm', { epsilon: 0 }, [...to.inputs, ...constants])
  },
}
