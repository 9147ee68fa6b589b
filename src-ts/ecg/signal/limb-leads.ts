/**
 * How the limb leads hang together (Einthoven, Goldberger): two of them determine the other four. Each row says that a lead is
 * the sum of I and II with these weights.
 */
const FROM_I_AND_II: readonly (readonly [lead: string, fromI: number, fromII: number])[] = [
  ['III', -1, 1],
  ['AVR', -0.5, -0.5],
  ['AVL', 1, -0.5],
  ['AVF', -0.5, 1],
]
const NAMES = ['I', 'II', 'III', 'AVR', 'AVL', 'AVF']

/** Part of the limb leads' own size that rounding and resampling may leave; no record of PTB-XL's folds 1 to 9 at hand leaves over 0.012. */
const TOLERANCE = 0.03

/**
 * Returns what is wrong with the limb leads, one clause, or undefined if they fit each other or are not all there. Names are upper
 * case. If exchanging two leads makes all relations hold, the best such exchange is named. Exchanged electrodes keep the relations and
 * are not found this way: only signals under a wrong name are.
 */
export function limbLeadsProblem(leads: ReadonlyMap<string, Float64Array>): string | undefined {
  const signals = NAMES.map(name => leads.get(name))
  if (!signals.every(signal => signal !== undefined)) return undefined
  const misfit = misfitOf(signals)
  if (!(misfit > TOLERANCE)) return undefined
  let best = { misfit: TOLERANCE, exchange: '' }
  for (let a = 0; a < NAMES.length; a++) {
    for (let b = a + 1; b < NAMES.length; b++) {
      const exchanged = signals.slice()
      exchanged[a] = signals[b]
      exchanged[b] = signals[a]
      const rest = misfitOf(exchanged)
      if (rest <= best.misfit) best = { misfit: rest, exchange: `${NAMES[a]} and ${NAMES[b]} are exchanged` }
    }
  }
  if (best.exchange) return best.exchange
  return `they do not fit each other: ${Math.round(100 * misfit)} % of their size is left over`
}

/**
 * Returns the root mean square by which the relations fail, over that of the limb leads themselves; 0 for a perfect fit. Means are
 * taken away first, since every lead may have an offset of its own, and invalid samples are passed over.
 */
function misfitOf(signals: readonly Float64Array[]): number {
  const [i, ii, ...others] = signals
  let size = 0
  let left = 0
  for (const signal of signals) size += varianceOf(signal.length, at => signal[at])
  for (const [index, [, fromI, fromII]] of FROM_I_AND_II.entries()) {
    left += varianceOf(i.length, at => others[index][at] - fromI * i[at] - fromII * ii[at])
  }
  return size > 0 ? Math.sqrt(left / size) : 0
}

function varianceOf(length: number, value: (at: number) => number): number {
  let count = 0
  let mean = 0
  let squares = 0
  for (let at = 0; at < length; at++) {
    const x = value(at)
    if (Number.isNaN(x)) continue
    count++
    const delta = x - mean
    mean += delta / count
    squares += delta * (x - mean)
  }
  return count > 0 ? squares / count : 0
}
