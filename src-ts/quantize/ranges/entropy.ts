import { binWidth, type Histogram } from './histogram.ts'
import type { RangeMethod } from './method.ts'
import { shrunk } from './shrink.ts'

const STEPS = 256

/** Migacz, 8-bit inference with TensorRT, 2017: the range in which integers keep most of what the values' distribution tells. */
export const entropy: RangeMethod = {
  name: 'entropy',
  title: 'the least information lost in 256 steps (Kullback–Leibler divergence)',
  kind: 'histogram',
  range(all) {
    const seen = withoutZero(all)
    const width = binWidth(seen)
    return shrunk(seen, ({ min, max }) => {
      const first = Math.max(0, Math.round((min - seen.min) / width))
      const last = Math.min(seen.counts.length, Math.round((max - seen.min) / width))
      return last - first < STEPS ? Infinity : lost(seen, first, last)
    })
  },
}

/** Zero is exact in every range; the many zeros of a ReLU would only hide what the other values lose. */
function withoutZero(seen: Histogram): Histogram {
  const zero = Math.min(seen.counts.length - 1, Math.floor(-seen.min / binWidth(seen)))
  return { ...seen, counts: seen.counts.map((count, bin) => (bin === zero ? 0 : count)) }
}

/** Divergence of the distribution that integers over the bins [first, last) can hold from the clipped one. */
function lost({ counts }: Histogram, first: number, last: number): number {
  const inside = counts.slice(first, last)
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0)
  const clipped = inside.slice()
  clipped[0] += sum(counts.subarray(0, first))
  clipped[clipped.length - 1] += sum(counts.subarray(last))
  const held = new Float64Array(inside.length)
  for (let step = 0; step < STEPS; step++) {
    const from = Math.floor((step * inside.length) / STEPS)
    const to = Math.floor(((step + 1) * inside.length) / STEPS)
    const own = inside.subarray(from, to)
    // A step's share is spread over those of its bins that hold anything.
    const filled = own.filter(count => count > 0).length
    const each = filled && sum(own) / filled
    for (let bin = from; bin < to; bin++) held[bin] = inside[bin] > 0 ? each : 0
  }
  const [all, kept] = [sum(clipped), sum(held)]
  return clipped.reduce((divergence, count, bin) => {
    if (count === 0) return divergence
    // Clipped values may stand where the integers hold none.
    const share = held[bin] ? held[bin] / kept : 1e-9
    return divergence + (count / all) * Math.log(count / all / share)
  }, 0)
}
