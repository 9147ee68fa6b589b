import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import { elements, type FloatGraph } from '../ir/graph.ts'
import { readNpy } from '../npy.ts'

/**
 * Returns rows that hold all inputs of a graph one after another, from `.npy` files of any number type, one for each input.
 * Throws HolterError on files of another shape than the inputs, or of different numbers of rows.
 */
export function calibrationRows(graph: FloatGraph, files: readonly string[]): { rows: Float32Array; count: number } {
  const shapes = graph.inputs.map(i => graph.tensors[i].shape)
  if (files.length !== shapes.length) {
    const problem = 'each input needs an array of its own'
    const expected = shapes.map(shape => `(n, ${shape.slice(1).join(', ')})`).join(' and ')
    throw new HolterError({ stage: 'quantize', where: '--calibrate', problem, got: `${files.length} files`, expected })
  }
  const arrays = files.map(file => ({
    file,
    ...readNpy(readFile(file, 'Give a .npy file with rows of the input'), file),
  }))
  const count = arrays[0].shape[0] ?? 0
  for (const [i, { file, shape }] of arrays.entries()) {
    const expected = [count, ...shapes[i].slice(1)]
    if (count > 0 && shape.join() === expected.join()) continue
    const problem = 'the array has the wrong shape'
    const wanted = `(${count || 'n'}, ${expected.slice(1).join(', ')})`
    throw new HolterError({ stage: 'quantize', where: file, problem, got: `(${shape.join(', ')})`, expected: wanted })
  }
  const sizes = shapes.map(elements)
  const size = sizes.reduce((a, b) => a + b, 0)
  const rows = new Float32Array(count * size)
  for (let row = 0, at = 0; row < count; row++) {
    arrays.forEach(({ data }, i) => {
      rows.set(data.subarray(row * sizes[i], (row + 1) * sizes[i]), at)
      at += sizes[i]
    })
  }
  return { rows, count }
}
