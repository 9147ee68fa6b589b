import type { Spec } from 'vega'
import type { Interval } from '../../metrics/bootstrap.ts'
import { FLOAT, INK, INT8 } from './chart.ts'

export interface AucRow {
  /** A label or 'macro'. */
  readonly name: string
  /** Name of the model. */
  readonly model: string
  readonly auc: number
  readonly interval: Interval
}

/** Returns AUC and interval per label, in the order of the rows; of two models the first stands pale above the second. */
export function aucIntervals(rows: readonly AucRow[]): Spec {
  const names = [...new Set(rows.map(row => row.name))]
  const models = [...new Set(rows.map(row => row.model))]
  const drawn = rows.filter(row => Number.isFinite(row.auc) && Number.isFinite(row.interval[0]))
  const values = drawn.map(({ name, model, auc, interval: [low, high] }) => ({ name, model, auc, low, high }))
  const colour = { scale: 'model', field: 'model' }
  return {
    width: 400,
    height: 36 * names.length,
    data: [{ name: 'rows', values }],
    scales: [
      {
        name: 'x',
        type: 'linear',
        domain: { data: 'rows', fields: ['low', 'high'] },
        zero: false,
        nice: true,
        range: 'width',
      },
      { name: 'name', type: 'band', domain: names, range: 'height', padding: 0.25 },
      { name: 'row', type: 'band', domain: models, range: [0, 27] },
      {
        name: 'model',
        type: 'ordinal',
        domain: models,
        range: models.map((_, i) => (i < models.length - 1 ? FLOAT : INT8)),
      },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'AUC with 95 % interval', grid: true, tickCount: 6 },
      { orient: 'left', scale: 'name', domain: false, ticks: false, labelPadding: 8 },
    ],
    legends: [{ fill: 'model', symbolType: 'circle', orient: 'top', direction: 'horizontal' }],
    marks: [
      {
        type: 'rule',
        from: { data: 'rows' },
        encode: {
          update: {
            x: { scale: 'x', field: 'low' },
            x2: { scale: 'x', field: 'high' },
            y: { scale: 'name', field: 'name', offset: { scale: 'row', field: 'model', band: 0.5 } },
            stroke: colour,
            strokeWidth: { value: 2.5 },
          },
        },
      },
      {
        type: 'symbol',
        from: { data: 'rows' },
        encode: {
          update: {
            x: { scale: 'x', field: 'auc' },
            y: { scale: 'name', field: 'name', offset: { scale: 'row', field: 'model', band: 0.5 } },
            fill: colour,
            stroke: { value: INK },
            strokeWidth: { value: 0.5 },
            size: { value: 55 },
          },
        },
      },
    ],
  }
}
