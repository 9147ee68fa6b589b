import { rowBytes } from '../codegen/manifest.ts'
import { rowRunner, rowStream } from '../reference/run.ts'
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
    const { push, reset } = rowStream(graph)
    const inBytes = rowBytes(graph, graph.inputs)
    const checked = (once: typeof run, inputs: Int8Array, count: number) => {
      checkRows(inputs, count, inBytes, graph.name)
      return once(inputs, count)
    }
    return {
      run: async (inputs, count) => checked(run, inputs, count),
      push: async (inputs, count) => checked(push, inputs, count),
      runNow: row => checked(run, row, 1),
      pushNow: row => checked(push, row, 1),
      reset: async () => reset(),
      close: async () => {},
    }
  },
}
