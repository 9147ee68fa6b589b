import type { LayerExport } from './exporting.ts'

export const average: LayerExport = {
  name: 'average',
  layers: ['Average'],
  export(_, to) {
    const plain = { activation: 'none' }
    const [first, ...others] = to.inputs
    const sum = others.reduce((x, y) => to.node('add', plain, [x, y]), first)
    return to.node('mul', plain, [sum, to.constant('share', [1], Float32Array.of(1 / to.inputs.length))])
  },
}
