import type { Kernel } from '../kernel.ts'

/** What CONCATENATION prepares. */
export interface ConcatenationPrepared {
  /** Number of pieces that each input is cut into: the product of the axes before `axis`. */
  readonly outer: number
  /** Elements of one piece of each input. */
  readonly pieces: readonly number[]
  /** Whether it joins rows of the last axis. */
  readonly ofRows: boolean
  /** Data of the inputs that are constants. */
  readonly constants: readonly (Int8Array | Int16Array | undefined)[]
}

/** CONCATENATION: copies the parts that do not lie in their place already. */
export const concatenate: Kernel<ConcatenationPrepared> = {
  name: 'concatenate',
  pitch: ({ ofRows }) => ({ inputs: ofRows, output: ofRows }),
  emit({ outer, pieces: counts, constants, ofRows }, to) {
    const pieces = counts.map(count => count * to.element.bytes)
    const pitch = ofRows ? to.outputPitch(0) : pieces.reduce((a, b) => a + b, 0)
    let computed = 0
    let offset = 0
    const calls = pieces.map((bytes, i) => {
      const constant = constants[i]
      const input = computed
      if (!constant) computed++
      const at = to.output(0) + offset
      offset += bytes
      const from = constant ? to.data(constant, to.element.bytes) : to.input(input)
      if (from === at) return ''
      return to.call('copy', 'copyRows', [
        ['from', from, constant || !ofRows ? bytes : to.inputPitch(input)],
        ['to', at, pitch],
        ['rows', outer, bytes],
      ])
    })
    return calls.filter(Boolean).join('\n')
  },
}
