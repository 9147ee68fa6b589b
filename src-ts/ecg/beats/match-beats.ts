/** Largest distance of a detection from its beat. */
export const MATCH_SECONDS = 0.15

/** Which detection belongs to which beat; −1 where there is none. No detection and no beat is in two pairs. */
export interface Pairs {
  /** Per reference beat, the index of its detection. */
  readonly ofReference: Int32Array
  /** Per detection, the index of its reference beat. */
  readonly ofDetected: Int32Array
}

/**
 * Returns the pairs of beats and detections that lie at most `window` apart. The earlier of the two that are next is paired with
 * the later one unless that lies nearer to its own successor on the other side, and that successor has no better partner
 * (the rule of bxb, WFDB Applications Guide).
 */
export function matchBeats(reference: ArrayLike<number>, detected: ArrayLike<number>, window: number): Pairs {
  const ofReference = new Int32Array(reference.length).fill(-1)
  const ofDetected = new Int32Array(detected.length).fill(-1)
  const at = (times: ArrayLike<number>, i: number) => (i < times.length ? times[i] : Number.POSITIVE_INFINITY)
  for (let r = 0, d = 0; r < reference.length && d < detected.length; ) {
    const detectedFirst = detected[d] < reference[r]
    const [late, early] = detectedFirst ? [reference[r], detected[d]] : [detected[d], reference[r]]
    const nextEarly = detectedFirst ? at(detected, d + 1) : at(reference, r + 1)
    const nextLate = detectedFirst ? at(reference, r + 1) : at(detected, d + 1)
    const rivalDistance = Math.abs(late - nextEarly)
    const nearest = late - early < rivalDistance || Math.abs(nextLate - nextEarly) < rivalDistance
    if (late - early <= window && nearest) {
      ofReference[r] = d
      ofDetected[d] = r
      r++
      d++
    } else if (detectedFirst) d++
    else r++
  }
  return { ofReference, ofDetected }
}
