import { binWidth } from './histogram.ts'
import type { RangeMethod } from './method.ts'
import { shrunk } from './shrink.ts'

export const mse: RangeMethod = {
  name: 'mse',
  title: 'the least squared error of 256 steps, rounding and clipping together',
  kind: 'histogram',
  range(seen) {
    const width = binWidth(seen)
    return shrunk(seen, ({ min, max }) => {
      // Rounding to steps errs evenly between half a step below and above.
      const rounding = ((max - min) / 255) ** 2 / 12
      return seen.counts.reduce((sum, count, bin) => {
        const value = seen.min + (bin + 0.5) * width
        const clipped = Math.max(min - value, value - max, 0)
        return sum + count * (clipped ? clipped ** 2 : rounding)
      }, 0)
    })
  },
}
