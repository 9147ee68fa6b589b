/** Logarithms and shares are whole numbers of 2⁻¹⁶. */
export const ONE = 65536

/** ln(1 + i / 256), rounded. */
export const LOG_TABLE = Float64Array.from({ length: 257 }, (_, i) => Math.round(Math.log(1 + i / 256) * ONE))
const LN_2 = Math.round(Math.LN2 * ONE)

/** Returns the natural logarithm of a whole number from 1 to 2⁵² in 2⁻¹⁶, off by at most 2: a table of 256 pieces, straight between. */
export function integerLog(value: number): number {
  let exponent = 0
  let mantissa = value
  while (mantissa >= 65536) {
    mantissa = Math.floor(mantissa / 2)
    exponent++
  }
  while (mantissa < 32768) {
    mantissa *= 2
    exponent--
  }
  // 32768 … 65535 stands for 1 … 2.
  const rest = mantissa - 32768
  const piece = rest >> 7
  const part = rest & 127
  const between = (LOG_TABLE[piece + 1] - LOG_TABLE[piece]) * part
  return (exponent + 15) * LN_2 + LOG_TABLE[piece] + Math.floor(between / 128)
}

/** Returns the largest whole number whose square is not above a whole number of at most 2⁵². */
export function integerRoot(value: number): number {
  let root = Math.floor(Math.sqrt(value))
  while (root * root > value) root--
  while ((root + 1) * (root + 1) <= value) root++
  return root
}
