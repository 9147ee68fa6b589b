import type { LayerExport } from './exporting.ts'

/** networks/own-layers.ts */
export const hardSwish: LayerExport = {
  name: 'hard-swish',
  layers: ['HolterHardSwish'],
  export: (_, to) => to.node('hardSwish', {}, to.inputs),
}
