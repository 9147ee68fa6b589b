import { HolterError } from '../errors.ts'
import { elements, type FloatGraph } from '../ir/graph.ts'

/**
 * Returns one array per input of a graph from rows that hold all inputs one after another, as engines read them.
 * Throws HolterError when the values are no whole number of rows.
 */
export function inputColumns(graph: FloatGraph, rows: Float32Array): { columns: Float32Array[]; count: number } {
  const sizes = graph.inputs.map(index => elements(graph.tensors[index].shape))
  const size = sizes.reduce((a, b) => a + b, 0)
  if (rows.length % size) {
    const problem = 'batch holds no whole number of inputs'
    throw new HolterError({
      stage: 'quantize',
      where: graph.name,
      problem,
      got: rows.length,
      expected: `a multiple of ${size}`,
    })
  }
  const count = rows.length / size
  if (sizes.length === 1) return { columns: [rows], count }
  let start = 0
  const columns = sizes.map(own => {
    const column = new Float32Array(count * own)
    for (let row = 0; row < count; row++)
      column.set(rows.subarray(row * size + start, row * size + start + own), row * own)
    start += own
    return column
  })
  return { columns, count }
}
