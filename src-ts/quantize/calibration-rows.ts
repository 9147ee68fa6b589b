import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import { elements, type FloatGraph } from '../ir/graph.ts'
import { standardize, standardizeFeatures } from '../ir/input-map.ts'
import type { Metadata } from '../ir/metadata.ts'
import { readNpy } from '../npy.ts'

/** Of a file of rows that cannot be read. */
export const ROWS_HINT = 'Give a .npy file with rows of the input'

/**
 * Returns rows that hold all inputs of a graph one after another, from `.npy` files of any number type, one for each input; axes of length 1
 * may be left out. With metadata they are in its units, as `inputRows` of the engines takes them, and are standardized here.
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
    ...readNpy(readFile(file, ROWS_HINT), file),
  }))
  const count = arrays[0].shape[0] ?? 0
  for (const [i, { file, shape }] of arrays.entries()) {
    const expected = [count, ...shapes[i].slice(1)]
    if (count > 0 && shape[0] === count && long(shape) === long(expected)) continue
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
      if (graph.metadata) scale(rows.subarray(at, at + sizes[i]), graph.metadata, i)
      at += sizes[i]
    })
  }
  return { rows, count }
}

/** The axes of a row that say something. */
function long(shape: readonly number[]): string {
  return shape
    .slice(1)
    .filter(n => n !== 1)
    .join()
}

/** Standardizes one input of one row in place: the second are the features, where there are any. */
function scale(values: Float32Array, metadata: Metadata, which: number): void {
  const features = which > 0 ? metadata.features : undefined
  if (features) standardizeFeatures(values, features)
  else for (let i = 0; i < values.length; i++) values[i] = standardize(values[i], metadata)
}
