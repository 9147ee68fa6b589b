import { inSamples, thousandths } from './condition.ts'
import type { LabelledBeat } from './observations.ts'
import type { When } from './rules.ts'

/** Watches for sure beats that look usual: a heart that had one of late does not flutter, its T waves are tall. */
export function usualBeat(unless: Extract<When, { kind: 'flutter' }>['unlessBeat']) {
  if (unless === undefined) return { take() {}, isNear: () => false, forget() {} }
  const [window, usual, width] = [inSamples(unless.seconds), thousandths(unless.usual), thousandths(unless.width)]
  let last = Number.NEGATIVE_INFINITY
  return {
    take({ sample, label, certainty, likeness }: LabelledBeat) {
      if (label !== unless.label || certainty < unless.certainty || likeness === undefined) return
      if (Math.max(...likeness.usual) >= usual && Math.max(...likeness.widths) <= width) last = sample
    },
    isNear: (at: number) => at - last < window,
    forget() {
      last = Number.NEGATIVE_INFINITY
    },
  }
}
