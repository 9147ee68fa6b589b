import type { Random } from '../random.ts'
import type { Batch } from './batch.ts'

/**
 * Mixes every record of a batch, in place, with another one of the same batch: λ · record + (1 − λ) · partner, inputs, features and all
 * targets alike, λ drawn from Beta(a, a) for each record (Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018).
 */
export function mixBatch({ size, inputs, features, targets, auxiliary }: Batch, a: number, stream: Random): void {
  const partners = stream.permutation(size)
  const shares = Float32Array.from({ length: size }, () => drawBeta(stream, a))
  for (const rows of [inputs, features, targets, auxiliary]) if (rows) mixRows(rows, partners, shares)
}

/** Returns a number from Beta(a, a), 0 < a ≤ 1 (rejection by Jöhnk, 1964; above 1 it would reject ever more). */
export function drawBeta(stream: Random, a: number): number {
  for (;;) {
    const x = stream.uniform() ** (1 / a)
    const y = stream.uniform() ** (1 / a)
    if (x + y > 0 && x + y <= 1) return x / (x + y)
  }
}

function mixRows(rows: Float32Array, partners: Uint32Array, shares: Float32Array): void {
  const width = rows.length / partners.length
  const before = rows.slice()
  for (const [row, partner] of partners.entries()) {
    const share = shares[row]
    for (let i = 0; i < width; i++) {
      const own = before[row * width + i]
      rows[row * width + i] = own + (1 - share) * (before[partner * width + i] - own)
    }
  }
}
