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
    const checked = (inputs: Int8Array, count: number) => {
      checkRows(inputs, count, rowBytes(graph, graph.inputs), graph.name)
      return run(inputs, count)
    }
    return {
      run: async (inputs, count) => checked(inputs, count),
      runNow: row => checked(row, 1),
      close: async () => {},
    }
  },
}
