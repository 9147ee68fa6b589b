import { closest, HolterError } from '../../errors.ts'
import { large, score, size } from '../../report/numbers.ts'

/** What a candidate costs and is worth. */
export interface Measured {
  /** Of the module, without a device's runtime. */
  readonly flashBytes: number
  /** Of the arena. */
  readonly ramBytes: number
  readonly macs: number
  /** Macro AUC, or macro F1 where labels exclude each other. */
  readonly score: number
}

/** Something that a budget can limit. */
export interface Limit {
  readonly name: string
  /** Whether the value may at most or must at least be so much. */
  readonly sense: 'most' | 'least'
  /** Factor of each unit. */
  readonly units: Readonly<Record<string, number>>
  of(row: Measured): number
  /** As a person reads it. */
  text(value: number): string
  /** As one types it, rounded so that the value fits. */
  typed(value: number): string
}

const bytes = { B: 1, KB: 1024, MB: 1024 ** 2 }
const inKilobytes = (value: number) => `${Math.ceil(value / 1024)}KB`

/** The score, by the name that the labels' kind gives it. */
const scored = (name: string): Limit => ({
  name,
  sense: 'least',
  units: {},
  of: row => row.score,
  text: score,
  typed: value => `${Math.floor(1000 * value) / 1000}`,
})

/** All limits; budgets name them. */
export const limits: readonly Limit[] = [
  { name: 'flash', sense: 'most', units: bytes, of: row => row.flashBytes, text: size, typed: inKilobytes },
  { name: 'ram', sense: 'most', units: bytes, of: row => row.ramBytes, text: size, typed: inKilobytes },
  {
    name: 'macs',
    sense: 'most',
    units: { k: 1e3, M: 1e6 },
    of: row => row.macs,
    text: large,
    typed: value => `${Math.ceil(value / 1e3)}k`,
  },
  scored('auc'),
  scored('f1'),
]

/** A limit with its value, above 0. */
export interface Bound {
  readonly limit: Limit
  readonly value: number
}

/** Reads a budget: 'flash=32KB,ram=24KB,auc=.92'. Throws HolterError that says which part is wrong. */
export function parseBudget(text: string): Bound[] {
  const bounds = text.split(',').map(parseBound)
  const names = bounds.map(({ limit }) => limit.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw wrong(text, `${twice} is limited twice`)
  return bounds
}

function parseBound(part: string): Bound {
  const [, name, number, unit] = /^\s*(\w+)\s*=\s*(\d*\.?\d+)\s*([A-Za-z]*)\s*$/.exec(part) ?? []
  if (name === undefined) throw wrong(part, 'a limit is a name and a number', 'flash=32KB')
  const limit = limits.find(each => each.name === name)
  if (!limit) {
    const names = limits.map(each => each.name)
    const near = closest(name, names)
    throw wrong(part, 'no such limit', names.join(', '), near && `Did you mean ${near}?`)
  }
  const factor = unit === '' ? 1 : limit.units[unit]
  if (factor === undefined) throw wrong(part, 'no such unit here', Object.keys(limit.units).join(', ') || 'none')
  const value = Number(number) * factor
  if (!(value > 0)) throw wrong(part, 'a limit must be above 0')
  if (limit.sense === 'least' && value >= 1) throw wrong(part, 'a score must be below 1')
  return { limit, value }
}

/**
 * Returns by how much of the limit a row breaks it, 0 when it keeps it. A score counts by what is left above it: from .92 to .91 is as far
 * as from .08 to .09 errors.
 */
export function excess({ limit, value }: Bound, row: Measured): number {
  const got = limit.of(row)
  if (Number.isNaN(got)) return Number.POSITIVE_INFINITY
  return Math.max(0, limit.sense === 'most' ? got / value - 1 : (value - got) / (1 - value))
}

/** Whether a row keeps every limit. */
export function fits(budget: readonly Bound[], row: Measured): boolean {
  return budget.every(bound => excess(bound, row) === 0)
}

/** The row that breaks a budget least, and the limits that would have to give way. */
export interface Miss<Row> {
  readonly row: Row
  readonly broken: readonly Bound[]
  /** The budget that it would meet, as one types it. */
  readonly enough: string
}

/** Returns the nearest miss of a budget that no row meets: the least sum of excesses. */
export function nearestMiss<Row extends Measured>(budget: readonly Bound[], rows: readonly Row[]): Miss<Row> {
  const total = (row: Row) => budget.reduce((sum, bound) => sum + excess(bound, row), 0)
  const row = rows.reduce((best, each) => (total(each) < total(best) ? each : best))
  const broken = budget.filter(bound => excess(bound, row) > 0)
  const typed = ({ limit }: Bound) => `${limit.name}=${limit.typed(limit.of(row))}`
  return { row, broken, enough: broken.map(typed).join(',') }
}

/** Returns the rows that no other one beats: none with a smaller module scores as high. In order of the module. */
export function paretoFront<Row extends Measured>(rows: readonly Row[]): Row[] {
  const sorted = [...rows].sort((a, b) => a.flashBytes - b.flashBytes || b.score - a.score)
  let best = Number.NEGATIVE_INFINITY
  return sorted.filter(row => {
    if (!(row.score > best)) return false
    best = row.score
    return true
  })
}

function wrong(where: string, problem: string, expected?: string, hint?: string): HolterError {
  return new HolterError({ stage: 'usage', where: `--budget ${where.trim()}`, problem, expected, hint })
}
