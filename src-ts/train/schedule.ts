import type { Recipe } from '../networks/network.ts'

/** Share of the steps in which a one-cycle rate rises, unless the recipe says otherwise. */
const WARM_UP = 0.3
/** A one-cycle rate starts at the peak divided by this. */
const START_DIVISOR = 25

/**
 * Returns the learning rate of step `step` (from 0) out of `steps`.
 * one-cycle: up along a half cosine for 30 % of the steps (or `warmUp`), then down to nearly zero along another (Smith and Topin, 2018);
 * cosine: from the peak down to nearly zero (Loshchilov and Hutter, 2017); constant: the peak.
 */
export function learningRateAt(
  { schedule, learningRate, warmUp = WARM_UP }: Recipe,
  step: number,
  steps: number,
): number {
  if (schedule === 'constant') return learningRate
  if (schedule === 'cosine') return learningRate * falling((step + 0.5) / steps)
  const peak = warmUp * steps
  const start = learningRate / START_DIVISOR
  if (step + 0.5 < peak) return start + (learningRate - start) * falling(1 - (step + 0.5) / peak)
  return learningRate * falling((step + 0.5 - peak) / (steps - peak))
}

/** Half a cosine from 1 at 0 to 0 at 1. */
function falling(share: number): number {
  return (1 + Math.cos(Math.PI * share)) / 2
}
