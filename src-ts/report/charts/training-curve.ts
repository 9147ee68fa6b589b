import type { Spec } from 'vega'
import type { EpochRow } from '../report-data.ts'
import { INK, INT8, MUTED } from './chart.ts'

/** Returns the course of one number over the epochs; the kept epoch is marked, and where a new phase begins. */
export function trainingCurve(
  epochs: readonly EpochRow[],
  bestEpoch: number,
  field: 'loss' | 'score',
  title: string,
): Spec {
  const values = epochs.map(({ epoch, phase, [field]: value }, i) => ({
    epoch,
    value,
    phase,
    starts: i > 0 && phase !== epochs[i - 1].phase,
  }))
  const best = values.filter(({ epoch }) => epoch === bestEpoch)
  const at = { x: { scale: 'x', field: 'epoch' }, y: { scale: 'y', field: 'value' } }
  return {
    width: 400,
    height: 190,
    title,
    data: [
      { name: 'epochs', values },
      { name: 'best', values: best },
      { name: 'phases', values: values.filter(({ starts }) => starts) },
    ],
    scales: [
      { name: 'x', type: 'linear', domain: [1, Math.max(2, epochs.length)], zero: false, range: 'width' },
      {
        name: 'y',
        type: 'linear',
        domain: { data: 'epochs', field: 'value' },
        zero: field === 'loss',
        nice: true,
        range: 'height',
      },
    ],
    axes: [
      { orient: 'left', scale: 'y', grid: true, tickCount: 5, domain: false },
      {
        orient: 'bottom',
        scale: 'x',
        title: 'epoch',
        tickMinStep: 1,
        tickCount: Math.min(epochs.length, 10),
        format: 'd',
      },
    ],
    marks: [
      {
        type: 'rule',
        from: { data: 'phases' },
        encode: {
          update: {
            x: { scale: 'x', field: 'epoch', offset: -5 },
            y: { value: 0 },
            y2: { signal: 'height' },
            stroke: { value: MUTED },
            strokeDash: { value: [3, 3] },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'phases' },
        encode: {
          update: {
            x: { scale: 'x', field: 'epoch' },
            y: { value: 10 },
            text: { field: 'phase' },
            fill: { value: MUTED },
          },
        },
      },
      {
        type: 'line',
        from: { data: 'epochs' },
        encode: { update: { ...at, stroke: { value: INT8 }, strokeWidth: { value: 1.8 } } },
      },
      {
        type: 'symbol',
        from: { data: 'epochs' },
        encode: { update: { ...at, fill: { value: INT8 }, size: { value: 14 } } },
      },
      {
        type: 'symbol',
        from: { data: 'best' },
        encode: { update: { ...at, stroke: { value: INK }, strokeWidth: { value: 1.5 }, size: { value: 90 } } },
      },
    ],
  }
}
