import type { Interval } from '../metrics/bootstrap.ts'
import type { ParetoLimits } from './charts/pareto.ts'
import { SYNTHETIC_SENTENCE } from './data-sentences.ts'
import { count, large, range, share, size } from './numbers.ts'
import { facts, heading, table } from './terminal.ts'

/** A compressed model, measured on its own bytes. */
export interface CompressedRow {
  readonly name: string
  /** Of the channels that were cut. */
  readonly share: number
  readonly weightBits: number
  /** Whether it was trained as integers. */
  readonly aware: boolean
  readonly parameters: number
  readonly macs: number
  readonly flashBytes: number
  readonly ramBytes: number
  readonly score: number
  readonly interval: Interval
  readonly records: number
}

/** What a search for smaller models shows. */
export interface CompressionReport {
  readonly model: string
  readonly rows: readonly CompressedRow[]
  readonly front: readonly CompressedRow[]
  readonly chosen?: CompressedRow
  readonly untried: readonly { readonly share: number; readonly why: string }[]
  /** As it was typed. */
  readonly budget: string
  readonly limits: ParetoLimits
  readonly judged: string
  /** Title of the score: 'macro AUC'. */
  readonly scored: string
  readonly synthetic: boolean
  readonly command: string
}

/** Heads of the table's columns; that of the score comes last. */
export const HEADS = ['', 'name', 'channels cut', 'weights', 'module', 'arena', 'MACs', 'parameters']

/** A star marks the front, an arrow the row that was chosen. */
export function cells(row: CompressedRow, { front, chosen }: CompressionReport): string[] {
  return [
    row.name === chosen?.name ? '→' : front.some(({ name }) => name === row.name) ? '*' : '',
    row.name,
    share(row.share, 1),
    `${row.weightBits} bit${row.aware ? ', trained' : ''}`,
    size(row.flashBytes),
    size(row.ramBytes),
    large(row.macs),
    count(row.parameters),
    `${row.score.toFixed(4)} (${range(row.interval)})`,
  ]
}

/** Says which cuts were not trained, and why. */
export function untriedText({ untried }: CompressionReport): string {
  return untried.map(({ share: part, why }) => `${share(part, 1)} of the channels cut: ${why}`).join('; ')
}

/** Returns what the screen shows of a search whose files lie below `out`. */
export function compressionSummary(report: CompressionReport, out: string): string {
  const { model, rows, chosen, judged, budget, scored, synthetic, untried } = report
  return [
    ...(synthetic ? [SYNTHETIC_SENTENCE] : []),
    heading(`${model} within ${budget}`),
    table(
      [...HEADS, scored],
      rows.map(row => cells(row, report)),
      120,
    ),
    facts([
      ['marks', '→ chosen, * Pareto front: no smaller module scores as high'],
      ['judged', `${judged}: ${count(rows[0].records)} records, by the int8 bytes, 95 % intervals`],
      ...(untried.length ? [['not trained', untriedText(report)] as const] : []),
      ...(chosen ? [['chosen', `${out}/${chosen.name}.tflite`] as const] : []),
      ['written', `${out}: a .tflite file for each row, report.html, summary.json`],
    ]),
  ].join('\n\n')
}
