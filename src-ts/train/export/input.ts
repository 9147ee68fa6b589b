import type { LayerExport } from './exporting.ts'

export const input: LayerExport = {
  name: 'input',
  layers: ['InputLayer'],
  export: (_, to) => to.placeholder(),
}
