import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A seeded stream of random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number
  /** Uniform integer in [0, n). */
  integer(n: number): number
  /** Normal with mean 0 and deviation 1 (polar method of Marsaglia and Bray, 1964). */
  normal(): number
  /** A permutation of 0 … n − 1 (Fisher and Yates). */
  permutation(n: number): Uint32Array
}

/** Returns the stream of a seed; further numbers (epoch, record) give independent streams of the same seed. */
export function random(seed: number, ...path: number[]): Random {
  let mixed = seed | 0
  for (const step of path) mixed = Math.imul(mixed ^ (step + 0x9e3779b9), 0x85ebca6b) ^ (mixed >>> 13)
  const generator = xoroshiro128plus(mixed)
  let spare: number | undefined
  const uniform = () => uniformFloat64(generator)
  const integer = (n: number) => uniformInt(generator, 0, n - 1)
  return {
    uniform,
    integer,
    normal() {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      for (;;) {
        const x = 2 * uniform() - 1
        const y = 2 * uniform() - 1
        const r = x * x + y * y
        if (r > 0 && r < 1) {
          const factor = Math.sqrt((-2 * Math.log(r)) / r)
          spare = y * factor
          return x * factor
        }
      }
    },
    permutation(n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i)
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1)
        const swap = order[i]
        order[i] = order[j]
        order[j] = swap
      }
      return order
    },
  }
}
