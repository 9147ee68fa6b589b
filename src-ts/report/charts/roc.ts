import type { Spec } from 'vega'
import type { RocCurve } from '../../metrics/roc.ts'
import { FLOAT, LINE, labelColour } from './chart.ts'
import { curve, diagonal, type Point, SIDE, turns, unitAxes, unitScales } from './curve.ts'

const axes = unitAxes('1 − specificity', 'sensitivity')

/** Returns the curves of one label: the base as a wide pale line below, the model as a thin strong one on top of it. */
export function rocOfLabel(
  label: string,
  index: number,
  base: RocCurve | undefined,
  model: RocCurve,
  notes: string[],
): Spec {
  return {
    width: SIDE,
    height: SIDE,
    title: { text: label, subtitle: notes },
    data: [
      { name: 'base', values: base ? corners(base) : [] },
      { name: 'model', values: corners(model) },
    ],
    scales: unitScales,
    axes,
    marks: [diagonal, curve('base', FLOAT, 4.5), curve('model', labelColour(index), 1.6)],
  }
}

/** Returns the curves of one label: each fold as a pale line, all folds together as a strong one on top of them. */
export function rocOfFolds(
  label: string,
  index: number,
  folds: readonly RocCurve[],
  together: RocCurve,
  notes: string[],
): Spec {
  return {
    width: SIDE,
    height: SIDE,
    title: { text: label, subtitle: notes },
    data: [
      ...folds.map((fold, k) => ({ name: `fold${k}`, values: corners(fold) })),
      { name: 'together', values: corners(together) },
    ],
    scales: unitScales,
    axes,
    marks: [diagonal, ...folds.map((_, k) => curve(`fold${k}`, FLOAT, 1)), curve('together', labelColour(index), 1.6)],
  }
}

/** Returns the curves of all labels in one frame. The legend lists labels and colours in label order. */
export function rocOfAll(labels: readonly string[], roc: Readonly<Record<string, RocCurve>>, notes: string[]): Spec {
  return {
    width: SIDE,
    height: SIDE,
    title: { text: 'All labels', subtitle: notes },
    data: labels.map((label, j) => ({ name: `curve${j}`, values: corners(roc[label]) })),
    scales: [
      ...unitScales,
      { name: 'label', type: 'ordinal', domain: [...labels], range: labels.map((_, j) => labelColour(j)) },
    ],
    axes,
    legends: [
      {
        stroke: 'label',
        symbolType: 'stroke',
        symbolStrokeWidth: 2.5,
        orient: 'bottom-right',
        fillColor: 'var(--paper)',
        strokeColor: LINE,
        padding: 5,
      },
    ],
    marks: [diagonal, ...labels.map((_, j) => curve(`curve${j}`, labelColour(j), 1.6))],
  }
}

/** A label without an AUC has none. */
function corners({ falsePositiveRate, truePositiveRate }: RocCurve): Point[] {
  return turns(falsePositiveRate, truePositiveRate)
}
