import { valuesOf, type Weight } from '../model-weights.ts'
import type { MaskMethod, Pattern } from './method.ts'
import { dividesInto } from './smallest.ts'

/** What sparse tensor cores take. */
const DEFAULT: Pattern = { keep: 2, of: 4 }

/** N:M sparsity (Mishra et al., arXiv:2104.08378): each filter keeps the largest N of every M neighbouring input channels. */
export const nm: MaskMethod = {
  kind: 'masks',
  name: 'nm',
  title: 'all but the N largest of every M neighbouring input channels (--pattern N:M)',
  masks: (kernels, { pattern = DEFAULT }) =>
    new Map(
      kernels
        .filter(kernel => dividesInto(pattern.of, kernel))
        .map(kernel => [kernel.name, largestOf(kernel, pattern)]),
    ),
}

function largestOf({ shape, variable }: Weight, { keep, of }: Pattern): Uint8Array {
  const magnitudes = valuesOf(variable).map(Math.abs)
  const mask = new Uint8Array(magnitudes.length)
  // Keras' kernels are [...window, inputs, outputs].
  const outputs = shape.at(-1)!
  for (let first = 0; first < magnitudes.length; first += of * outputs) {
    for (let output = 0; output < outputs; output++) {
      const group = Array.from({ length: of }, (_, i) => first + i * outputs + output)
      group.sort((a, b) => magnitudes[b] - magnitudes[a] || b - a)
      for (const i of group.slice(0, keep)) mask[i] = 1
    }
  }
  return mask
}
