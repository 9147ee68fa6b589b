import type { Random } from '../../random.ts'
import { BEAT_CLASSES } from './beat-classes.ts'

// Rhythms that few of the training patients have, made of the beats of the others: what a beat looks like stays as it was recorded, its
// time is drawn. Names and shares are of the rhythm, not of any record.

/** A beat at a drawn time. */
export interface MadeBeat {
  /** Which recorded beat it looks like. */
  readonly like: number
  readonly seconds: number
  /** Index into BEAT_CLASSES; undefined where the recorded label means nothing in this rhythm, and in beats that are not to be shown. */
  readonly label?: number
}

const [N, S, V] = ['N', 'S', 'V'].map(name => (BEAT_CLASSES as readonly string[]).indexOf(name))
/** After so many beats rate and irregularity are drawn anew. */
const STRETCH = 300
const SHORTEST_SECONDS = 0.28
/** Of sick sinus so many beats are shown: with all of them a network finds early beats in everybody. */
const SHOWN = 0.1

/**
 * Returns the beats of a record as in atrial fibrillation: independent log-normal intervals of a median from .45 to 1 s and a deviation of 12
 * to 30 %, ventricular beats up to two fifths early. There are no early atrial beats in it.
 */
export function madeFibrillation(classes: ArrayLike<number>, stream: Random): MadeBeat[] {
  let [seconds, mean, deviation] = [0, 0, 0]
  return Array.from(classes, (label, like) => {
    if (like % STRETCH === 0) {
      mean = between(stream, Math.log(0.45), 0)
      deviation = 0.12 + 0.18 * stream.uniform()
    }
    const early = label === V ? 1 - 0.4 * stream.uniform() : 1
    seconds += Math.max(SHORTEST_SECONDS, early * Math.exp(mean + deviation * stream.normal()))
    return { like, seconds, ...((label === N || label === V) && { label }) }
  })
}

/**
 * Returns the normal beats of a record as in sick sinus syndrome: a few beats of a slow sinus (.9 to 1.8 s), then a run of early atrial ones
 * (S, at 40 to 75 % of its interval), then a pause of up to twice the interval; S are from a tenth to most of the beats. One in ten has a label.
 */
export function madeSickSinus(classes: ArrayLike<number>, stream: Random): MadeBeat[] {
  const normal = Array.from(classes, (label, like) => ({ label, like })).filter(({ label }) => label === N)
  let [seconds, sinus, pause, coupling, share] = [0, 0, 1, 0, 0]
  // Beats that are still to come before the rhythm changes over, and whether they are early ones.
  let [left, early] = [0, true]
  return normal.map(({ like }, i) => {
    if (i % STRETCH === 0) {
      sinus = Math.exp(between(stream, Math.log(0.9), Math.log(1.8)))
      coupling = between(stream, 0.4, 0.75)
      share = between(stream, 0.1, 0.85)
    }
    const changes = left-- <= 0
    if (changes) {
      early = !early
      left = geometric(stream, early ? share : 1 - share)
      pause = early ? 1 : between(stream, 1, 2)
    }
    const factor = early ? coupling : changes ? pause : 1
    seconds += sinus * factor * Math.exp(0.05 * stream.normal())
    return { like, seconds, ...(stream.uniform() < SHOWN && { label: early ? S : N }) }
  })
}

function between(stream: Random, low: number, high: number): number {
  return low + (high - low) * stream.uniform()
}

/** Returns how many beats go on in the same way: each with the probability given. */
function geometric(stream: Random, goesOn: number): number {
  let more = 0
  while (stream.uniform() < goesOn) more++
  return more
}
