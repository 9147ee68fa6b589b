type VectorType = 'i16x8' | 'i32x4'

/** Lines of straight AssemblyScript, and the names of what they compute. */
interface LinearText {
  readonly lines: readonly string[]
  readonly results: readonly string[]
}

/**
 * Returns text that multiplies a matrix of whole numbers by vectors that have names, `results` = matrix · `inputs`, wrapping at the
 * lanes' width. Rows that differ in signs only share their sums: E + O and E − O. New names begin with `prefix`.
 */
export function linearText(
  matrix: readonly (readonly number[])[],
  inputs: readonly string[],
  type: VectorType,
  prefix: string,
): LinearText {
  const lines: string[] = []
  const known = new Map<string, string>()
  const name = (text: string) => {
    const already = known.get(text)
    if (already) return already
    const fresh = `${prefix}${known.size}`
    known.set(text, fresh)
    lines.push(`const ${fresh} = ${text}`)
    return fresh
  }
  const times = (factor: number, value: string) => {
    if (factor === 1) return value
    const bits = Math.log2(factor)
    if (Number.isInteger(bits)) return name(`${type}.shl(${value}, ${bits})`)
    return name(`${type}.mul(${value}, ${type}.splat(${factor}))`)
  }
  const add = (a: string, b: string) => name(`${type}.add(${a}, ${b})`)
  const subtract = (a: string, b: string) => name(`${type}.sub(${a}, ${b})`)

  /** Σ row[j] · inputs[j] for the columns that are given, up to the sign that is returned; undefined where all are 0. */
  const sumOf = (row: readonly number[], columns: readonly number[]): Signed | undefined => {
    const magnitudes = [...new Set(columns.map(j => Math.abs(row[j])))].filter(v => v > 0)
    let total: Signed | undefined
    for (const magnitude of magnitudes.sort((a, b) => a - b)) {
      const same = columns.filter(j => Math.abs(row[j]) === magnitude)
      const positive = same.filter(j => row[j] > 0)
      const sorted = [...positive, ...same.filter(j => row[j] < 0)]
      let value = inputs[sorted[0]]
      for (const j of sorted.slice(1)) {
        const alike = row[j] > 0 === row[sorted[0]] > 0
        value = alike ? add(value, inputs[j]) : subtract(value, inputs[j])
      }
      const term = { value: times(magnitude, value), positive: positive.length > 0 }
      total = total ? plus(total, term) : term
    }
    return total
  }
  const plus = (a: Signed, b: Signed): Signed => {
    if (a.positive === b.positive) return { value: add(a.value, b.value), positive: a.positive }
    return { value: a.positive ? subtract(a.value, b.value) : subtract(b.value, a.value), positive: true }
  }
  const negated = (a: Signed | undefined): Signed | undefined => a && { ...a, positive: !a.positive }
  const both = (a: Signed | undefined, b: Signed | undefined) => (a && b ? plus(a, b) : (a ?? b))
  const finished = (a: Signed | undefined) => {
    if (!a) return name(`${type}.splat(0)`)
    return a.positive ? a.value : name(`${type}.neg(${a.value})`)
  }

  const results = new Array<string>(matrix.length)
  matrix.forEach((row, i) => {
    if (results[i]) return
    const twin = matrix.findIndex(
      (other, k) => k > i && !results[k] && row.every((v, j) => Math.abs(v) === Math.abs(other[j])),
    )
    const columns = [...row.keys()].filter(j => row[j] !== 0)
    if (twin < 0) {
      results[i] = finished(sumOf(row, columns))
      return
    }
    const even = sumOf(
      row,
      columns.filter(j => row[j] === matrix[twin][j]),
    )
    const odd = sumOf(
      row,
      columns.filter(j => row[j] !== matrix[twin][j]),
    )
    results[i] = finished(both(even, odd))
    results[twin] = finished(both(even, negated(odd)))
  })
  return { lines, results }
}

/** A vector, or its negative. */
interface Signed {
  readonly value: string
  readonly positive: boolean
}
