import type { Mark, Spec } from 'vega'
import type { PrecisionRecallCurve } from '../../metrics/precision-recall.ts'
import { FLOAT, labelColour, MUTED } from './chart.ts'
import { curve, SIDE, turns, unitAxes, unitScales } from './curve.ts'

/**
 * Returns the precision-recall curves of one label, the base's pale below the model's. The dotted line is what calling everybody gives:
 * the share of records that have the label.
 */
export function precisionRecallOfLabel(
  label: string,
  index: number,
  base: PrecisionRecallCurve | undefined,
  model: PrecisionRecallCurve,
  prevalence: number,
  notes: string[],
): Spec {
  const points = ({ recall, precision }: PrecisionRecallCurve) => turns(recall, precision)
  return {
    width: SIDE,
    height: SIDE,
    title: { text: label, subtitle: notes },
    data: [
      { name: 'base', values: base ? points(base) : [] },
      { name: 'model', values: points(model) },
    ],
    scales: unitScales,
    axes: unitAxes('recall (sensitivity)', 'precision'),
    marks: [everybody(prevalence), curve('base', FLOAT, 4.5), curve('model', labelColour(index), 1.6)],
  }
}

function everybody(prevalence: number): Mark {
  const y = { scale: 'y', value: prevalence }
  return {
    type: 'rule',
    encode: {
      update: { x: { value: 0 }, x2: { value: SIDE }, y, stroke: { value: MUTED }, strokeDash: { value: [2, 4] } },
    },
  }
}
