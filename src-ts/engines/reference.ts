import { rowBytes } from '../codegen/manifest.ts'
import { rowRunner } from '../reference/run.ts'
import type { Engine } from './engine.ts'
import { checkRows } from './session.ts'

/** The integer reference in TypeScript. */
export const reference: Engine = {
  name: 'reference',
  runs: 'graph',
  forms: [{ flavour: 'typescript' }],
  missing: () => undefined,
  async open({ graph }) {
    const run = rowRunner(graph)
    return {
      async run(inputs, count) {
        checkRows(inputs, count, rowBytes(graph, graph.inputs), graph.name)
        return run(inputs, count)
      },
      close: async () => {},
    }
  },
}
