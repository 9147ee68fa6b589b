import type { Axis, Mark, Scale, Spec } from 'vega'
import type { RocCurve } from '../../metrics/roc.ts'
import { FLOAT, LINE, labelColour, MUTED } from './chart.ts'

const SIDE = 210
const axes: Axis[] = [
  { orient: 'bottom', scale: 'x', title: '1 − specificity', tickCount: 5, grid: true },
  { orient: 'left', scale: 'y', title: 'sensitivity', tickCount: 5, grid: true },
]
const scales: Scale[] = [
  { name: 'x', type: 'linear', domain: [0, 1], range: 'width' },
  { name: 'y', type: 'linear', domain: [0, 1], range: 'height' },
]
const chance: Mark = {
  type: 'rule',
  encode: {
    update: {
      x: { value: 0 },
      y: { value: SIDE },
      x2: { value: SIDE },
      y2: { value: 0 },
      stroke: { value: MUTED },
      strokeDash: { value: [2, 4] },
    },
  },
}

/** Returns the curves of one label: float as a wide pale line below, int8 as a thin strong one on top of it. */
export function rocOfLabel(
  label: string,
  index: number,
  float: RocCurve | undefined,
  int8: RocCurve,
  notes: string[],
): Spec {
  return {
    width: SIDE,
    height: SIDE,
    title: { text: label, subtitle: notes },
    data: [
      { name: 'float', values: float ? corners(float) : [] },
      { name: 'int8', values: corners(int8) },
    ],
    scales,
    axes,
    marks: [chance, curve('float', FLOAT, 4.5), curve('int8', labelColour(index), 1.6)],
  }
}

/** Returns the int8 curves of all labels in one frame. Labels and colours stand in the legend in label order. */
export function rocOfAll(labels: readonly string[], roc: Readonly<Record<string, RocCurve>>, notes: string[]): Spec {
  return {
    width: SIDE,
    height: SIDE,
    title: { text: 'All labels', subtitle: notes },
    data: labels.map((label, j) => ({ name: `curve${j}`, values: corners(roc[label]) })),
    scales: [
      ...scales,
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
    marks: [chance, ...labels.map((_, j) => curve(`curve${j}`, labelColour(j), 1.6))],
  }
}

function curve(data: string, colour: string, width: number): Mark {
  return {
    type: 'line',
    from: { data },
    encode: {
      update: {
        x: { scale: 'x', field: 'x' },
        y: { scale: 'y', field: 'y' },
        stroke: { value: colour },
        strokeWidth: { value: width },
        strokeJoin: { value: 'round' },
      },
    },
  }
}

/** The points at which the curve turns; those inside a straight stretch say nothing. A label without an AUC has none. */
function corners({ falsePositiveRate: x, truePositiveRate: y }: RocCurve): { x: number; y: number }[] {
  const straight = (i: number) => (x[i] === x[i - 1] && x[i] === x[i + 1]) || (y[i] === y[i - 1] && y[i] === y[i + 1])
  return Array.from(x, (_, i) => ({ x: x[i], y: y[i] })).filter(
    (point, i) => !straight(i) && !Number.isNaN(point.x + point.y),
  )
}
