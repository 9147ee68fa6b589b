import type { Mark, Spec } from 'vega'
import type { ReliabilityCurve } from '../../metrics/calibration.ts'
import { FLOAT, INK } from './chart.ts'
import { curve, diagonal, SIDE, unitAxes, unitScales } from './curve.ts'

/**
 * Returns what came against what was said, bin by bin, with the diagonal of probabilities that can be read as shares. `before` is
 * drawn pale when there is an `after`; the area of a dot is its bin's share of all probabilities.
 */
export function reliability(
  before: ReliabilityCurve,
  after: ReliabilityCurve | undefined,
  colour: string,
  notes: string[],
): Spec {
  const points = ({ bins }: ReliabilityCurve) => {
    const all = bins.reduce((sum, bin) => sum + bin.count, 0)
    return bins
      .filter(bin => bin.count > 0)
      .map(({ confidence, share, count }) => ({ x: confidence, y: share, size: 12 + (400 * count) / all }))
  }
  return {
    width: SIDE,
    height: SIDE,
    title: { text: before.name, subtitle: notes },
    data: [
      { name: 'before', values: points(before) },
      { name: 'after', values: after ? points(after) : [] },
    ],
    scales: unitScales,
    axes: unitAxes('probability that was said', 'share that was right'),
    marks: [
      diagonal,
      curve('before', after ? FLOAT : colour, after ? 3 : 1.6),
      dots('before', after ? FLOAT : colour),
      curve('after', colour, 1.6),
      dots('after', colour),
    ],
  }
}

function dots(data: string, colour: string): Mark {
  return {
    type: 'symbol',
    from: { data },
    encode: {
      update: {
        x: { scale: 'x', field: 'x' },
        y: { scale: 'y', field: 'y' },
        size: { field: 'size' },
        fill: { value: colour },
        fillOpacity: { value: 0.7 },
        stroke: { value: INK },
        strokeWidth: { value: 0.4 },
      },
    },
  }
}
