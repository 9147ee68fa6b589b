import { fromBytes, tensorBytes, toBytes } from '../ir/graph.ts'
import { referenceRunner } from '../reference/run.ts'
import type { Engine } from './engine.ts'

/** The integer reference in TypeScript. */
export const reference: Engine = {
  name: 'reference',
  runs: 'graph',
  flavours: ['typescript'],
  missing: () => undefined,
  async run({ graph }, _, inputs, count) {
    const run = referenceRunner(graph)
    const rows: Int8Array[] = []
    let at = 0
    for (let row = 0; row < count; row++) {
      const parts = graph.inputs.map(i => {
        at += tensorBytes(graph.tensors[i])
        return fromBytes(inputs.subarray(at - tensorBytes(graph.tensors[i]), at), graph.tensors[i].type)
      })
      for (const output of run(parts)) rows.push(toBytes(output))
    }
    return joinRows(rows)
  },
}

function joinRows(rows: readonly Int8Array[]): Int8Array {
  const all = new Int8Array(rows.reduce((sum, row) => sum + row.length, 0))
  let at = 0
  for (const row of rows) {
    all.set(row, at)
    at += row.length
  }
  return all
}
