/** Below this the series of erf converges fast; above it erfc is too small to be 1 − erf. */
const SERIES_END = 2
/** Terms of the continued fraction that leave no error in double precision from SERIES_END on. */
const LEVELS = 120

/** The complementary error function in double precision, by erf's series of positive terms and erfc's continued fraction (DLMF 7.6.2, 7.9.1). */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x)
  const bell = Math.exp(-x * x) / Math.sqrt(Math.PI)
  if (x < SERIES_END) {
    let sum = 0
    for (let n = 0, term = x; term > sum * 1e-17; n++, term *= (2 * x * x) / (2 * n + 1)) sum += term
    return 1 - 2 * bell * sum
  }
  let fraction = x
  for (let level = LEVELS; level > 0; level--) fraction = x + level / 2 / fraction
  return bell / fraction
}
