import { type LayerExport, settings, weights } from './exporting.ts'

export const batchNormalization: LayerExport = {
  name: 'batch-normalization',
  layers: ['BatchNormalization'],
  export(layer, to) {
    const { axis, epsilon, scale, center } = settings(layer)
    const channels = to.inputShapes[0].at(-1)!
    if (axis !== -1 && axis !== to.inputRanks[0] - 1) to.refuse(`axis ${axis}, not the last`)
    const stored = weights(layer)
    const gamma = scale === false ? new Float32Array(channels).fill(1) : stored.shift()!
    const beta = center === false ? new Float32Array(channels) : stored.shift()!
    const [mean, variance] = stored
    const constants = Object.entries({ gamma, beta, mean, variance }).map(([role, data]) =>
      to.constant(role, [channels], data),
    )
    return to.node('batchNorm', { epsilon }, [...to.inputs, ...constants])
  },
}
