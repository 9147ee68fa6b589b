import { type LayerExport, settings, weights } from './exporting.ts'

/** (x − mean) / √(variance + ε) over the last axis, then γ and β as a batch norm, which the passes fold into the layer behind. */
export const layerNormalization: LayerExport = {
  name: 'layer-normalization',
  layers: ['LayerNormalization'],
  export(layer, to) {
    const { axis, epsilon, scale, center } = settings(layer)
    const [shape] = to.inputShapes
    const channels = shape.at(-1)!
    if (![`${-1}`, `${to.inputRanks[0] - 1}`].includes(`${axis}`)) to.refuse(`axis ${axis}, not the last`)
    const stored = weights(layer)
    const gamma = scale === false ? new Float32Array(channels).fill(1) : stored.shift()!
    const beta = center === false ? new Float32Array(channels) : stored.shift()!
    const rows = [...shape.slice(0, -1), 1]
    const axes = to.constant('axes', [1], Int32Array.of(shape.length - 1))
    const plain = { activation: 'none' }
    const average = to.node('mean', { keepDims: true }, [...to.inputs, axes], rows)
    const distance = to.node('sub', plain, [...to.inputs, average])
    const square = to.node('mul', plain, [distance, distance])
    const spread = to.node('mean', { keepDims: true }, [square, axes], rows)
    const above = to.node('add', plain, [spread, to.constant('epsilon', [1], Float32Array.of(epsilon))], rows)
    const normal = to.node('mul', plain, [distance, to.node('rsqrt', {}, [above], rows)])
    const mean = new Float32Array(channels)
    const variance = new Float32Array(channels).fill(1)
    const constants = Object.entries({ gamma, beta, mean, variance }).map(([role, data]) =>
      to.constant(role, [channels], data),
    )
    return to.node('batchNorm', { epsilon: 0 }, [normal, ...constants])
  },
}
