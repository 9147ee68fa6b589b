import { type LayerExport, settings, weights } from './exporting.ts'

/** Rows of mean 0 and variance 1, then γ and β as a batch norm, which the passes fold into the layer behind. */
export const layerNormalization: LayerExport = {
  name: 'layer-normalization',
  layers: ['LayerNormalization'],
  export(layer, to) {
    const { axis, epsilon, scale, center } = settings(layer)
    const channels = to.inputShapes[0].at(-1)!
    if (![`${-1}`, `${to.inputRanks[0] - 1}`].includes(`${axis}`)) to.refuse(`axis ${axis}, not the last`)
    const stored = weights(layer)
    const gamma = scale === false ? new Float32Array(channels).fill(1) : stored.shift()!
    const beta = center === false ? new Float32Array(channels) : stored.shift()!
    // Files hold epsilon as a float32.
    const normal = to.node('layerNormalization', { epsilon: Math.fround(epsilon) }, to.inputs)
    const mean = new Float32Array(channels)
    const variance = new Float32Array(channels).fill(1)
    const constants = Object.entries({ gamma, beta, mean, variance }).map(([role, data]) =>
      to.constant(role, [channels], data),
    )
    return to.node('batchNorm', { epsilon: 0 }, [normal, ...constants])
  },
}
