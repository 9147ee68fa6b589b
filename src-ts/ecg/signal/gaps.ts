/**
 * Returns the signal with its missing samples (NaN) replaced by a straight line between their neighbours (by the one
 * neighbour at an end, by 0 if all are missing), and where they were, in ascending order.
 */
export function bridgeGaps(signal: ArrayLike<number>): { bridged: Float64Array; missing: readonly number[] } {
  const bridged = Float64Array.from(signal)
  const missing: number[] = []
  for (let i = 0; i < bridged.length; i++) {
    if (!Number.isNaN(bridged[i])) continue
    let end = i
    while (end < bridged.length && Number.isNaN(bridged[end])) missing.push(end++)
    const right = end < bridged.length ? bridged[end] : i > 0 ? bridged[i - 1] : 0
    const left = i > 0 ? bridged[i - 1] : right
    const slope = (right - left) / (end - i + 1)
    for (let k = i; k < end; k++) bridged[k] = left + slope * (k - i + 1)
    i = end
  }
  return { bridged, missing }
}
