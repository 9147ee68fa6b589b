import type { Spec } from 'vega'
import { FLOAT, INK, INT8, MUTED } from './chart.ts'

/** A model in the plane of size and score. */
export interface ParetoPoint {
  readonly name: string
  readonly bytes: number
  readonly score: number
  /** 95 %. */
  readonly low: number
  readonly high: number
  /** No smaller model scores as high. */
  readonly front: boolean
}

/** What a budget allows; either may be absent. */
export interface ParetoLimits {
  readonly bytes?: number
  readonly score?: number
}

/** Returns models by the size of their module and their score, with intervals, the Pareto front as a line, and the budget dashed. */
export function pareto(points: readonly ParetoPoint[], title: string, limits: ParetoLimits): Spec {
  const values = points.map(point => ({ ...point, kilobytes: point.bytes / 1024 }))
  const x = { scale: 'x', field: 'kilobytes' }
  const colour = { scale: 'front', field: 'front' }
  const dashed = { stroke: { value: MUTED }, strokeDash: { value: [4, 4] } }
  return {
    width: 520,
    height: 280,
    data: [
      { name: 'models', values },
      { name: 'front', values: values.filter(({ front }) => front).sort((a, b) => a.bytes - b.bytes) },
      { name: 'flash', values: limits.bytes === undefined ? [] : [{ kilobytes: limits.bytes / 1024 }] },
      { name: 'least', values: limits.score === undefined ? [] : [{ score: limits.score }] },
    ],
    scales: [
      {
        name: 'x',
        type: 'linear',
        domain: {
          fields: [
            { data: 'models', field: 'kilobytes' },
            { data: 'flash', field: 'kilobytes' },
          ],
        },
        zero: false,
        nice: true,
        range: 'width',
      },
      {
        name: 'y',
        type: 'linear',
        domain: { fields: ['low', 'high', 'score'].map(field => ({ data: 'models', field })) },
        zero: false,
        nice: true,
        range: 'height',
      },
      { name: 'front', type: 'ordinal', domain: [true, false], range: [INT8, FLOAT] },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'module, KB', grid: true, tickCount: 8 },
      { orient: 'left', scale: 'y', title, grid: true, tickCount: 6 },
    ],
    marks: [
      {
        type: 'rule',
        from: { data: 'flash' },
        encode: { update: { x, y: { value: 0 }, y2: { signal: 'height' }, ...dashed } },
      },
      {
        type: 'rule',
        from: { data: 'least' },
        encode: {
          update: { y: { scale: 'y', field: 'score' }, x: { value: 0 }, x2: { signal: 'width' }, ...dashed },
        },
      },
      {
        type: 'rule',
        from: { data: 'models' },
        encode: {
          update: {
            x,
            y: { scale: 'y', field: 'low' },
            y2: { scale: 'y', field: 'high' },
            stroke: colour,
            strokeOpacity: { value: 0.4 },
          },
        },
      },
      {
        type: 'line',
        from: { data: 'front' },
        encode: { update: { x, y: { scale: 'y', field: 'score' }, stroke: { value: INT8 } } },
      },
      {
        type: 'symbol',
        from: { data: 'models' },
        encode: {
          update: {
            x,
            y: { scale: 'y', field: 'score' },
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
