import type { Axis, Mark, Scale } from 'vega'
import { MUTED } from './chart.ts'

/** Side of the square in which curves of rates are drawn. */
export const SIDE = 210

/** Both axes from 0 to 1. */
export const unitScales: Scale[] = [
  { name: 'x', type: 'linear', domain: [0, 1], range: 'width' },
  { name: 'y', type: 'linear', domain: [0, 1], range: 'height' },
]

/** Returns the axes of a unit square. */
export function unitAxes(x: string, y: string): Axis[] {
  return [
    { orient: 'bottom', scale: 'x', title: x, tickCount: 5, grid: true },
    { orient: 'left', scale: 'y', title: y, tickCount: 5, grid: true },
  ]
}

/** The dotted line from (0, 0) to (1, 1): chance, or probabilities that can be read as shares. */
export const diagonal: Mark = {
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

export interface Point {
  readonly x: number
  readonly y: number
}

/** Returns a line through the points of a data set. */
export function curve(data: string, colour: string, width: number): Mark {
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

/** Half a pixel of the square: points nearer than this to the last one drawn do not show. */
const FINEST = 0.5 / SIDE

/**
 * Returns the points at which a curve turns: those inside a straight stretch say nothing, nor do those too near to the last one to be
 * seen, of which a curve of 50,000 beats is full. Points that are not numbers are left out; the last one always stays.
 */
export function turns(x: ArrayLike<number>, y: ArrayLike<number>): Point[] {
  const straight = (i: number) => (x[i] === x[i - 1] && x[i] === x[i + 1]) || (y[i] === y[i - 1] && y[i] === y[i + 1])
  const all = Array.from({ length: x.length }, (_, i) => ({ x: x[i], y: y[i] })).filter(
    (point, i) => !straight(i) && !Number.isNaN(point.x + point.y),
  )
  const drawn: Point[] = []
  for (const [i, point] of all.entries()) {
    const last = drawn.at(-1)
    const near = last && Math.abs(point.x - last.x) < FINEST && Math.abs(point.y - last.y) < FINEST
    if (!near || i === all.length - 1) drawn.push(point)
  }
  return drawn
}
