import { HolterError } from '../../errors.ts'

/** Frames from the first up to but not including the second. */
export type FrameRange = readonly [from: number, to: number]

/** Returns the range asked for, default all of `frames`; one that is empty or no part of them is an error at `where`. */
export function frameRange(range: FrameRange | undefined, frames: number, where: string): FrameRange {
  const [from, to] = range ?? [0, frames]
  const fits = Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= frames
  if (range === undefined || fits) return [from, to]
  throw new HolterError({
    stage: 'ecg',
    where,
    problem: 'the record has no such range of samples',
    got: `${from} to ${to}`,
    expected: `a part of 0 to ${frames}`,
  })
}
