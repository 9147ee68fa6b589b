import type { AamiRecord, AamiSum, AamiTable, AamiTables } from '../metrics/aami.ts'
import type { QrsCounts, QrsScore } from '../metrics/ec57.ts'
import { count } from './numbers.ts'
import { table } from './terminal.ts'

/** One table with the sentence that says what is scored in it. */
export interface AamiPart {
  readonly sentence: string
  readonly heads: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Returns the tables of ectopic beats: per recording with the sums, by EC57, then the sums over every beat. */
export function aamiParts({ all, ec57 }: AamiTables): AamiPart[] {
  const ectopic = ['beats', 'VEB', 'Se %', '+P %', 'SVEB', 'Se %', '+P %']
  return [
    {
      sentence: `Ectopic beats by EC57: the first ${ec57.fromMinutes} minutes of each recording are not scored, F called V is no error, Q is left out.`,
      heads: ['recording', ...ectopic],
      rows: [...ec57.records.map(recordRow), ...ec57.sums.flatMap(sumRows)],
    },
    {
      sentence: 'Every beat scored, as papers on learning do; F called V counts against the F1 and the accuracy.',
      heads: ['recordings', 'beats', 'accuracy %', ...Object.keys(all.sums[0].f1).map(label => `F1 ${label} %`)],
      rows: f1Rows(all),
    },
    {
      sentence: 'Ectopic beats, every beat scored.',
      heads: ['recordings', ...ectopic],
      rows: all.sums.flatMap(sumRows),
    },
  ]
}

/** Returns the same as text. */
export function aamiSummary(tables: AamiTables): string {
  return aamiParts(tables)
    .flatMap(({ sentence, heads, rows }) => [sentence, table(heads, rows)])
    .join('\n\n')
}

/** A model's tables with what to call it. */
export interface NamedTables {
  readonly name: string
  readonly aami: AamiTables
}

/** Returns the sums of several models as Markdown: every beat scored, then by EC57's rules. */
export function aamiMarkdown(models: readonly NamedTables[]): string[] {
  const labels = Object.keys(models[0].aami.all.sums[0].f1)
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const heads = (cells: readonly string[]) => [row(cells), `|${'---|'.repeat(cells.length)}`]
  const rows = (of: (tables: AamiTables) => AamiTable, cells: (sum: AamiSum) => string[][]) =>
    models.flatMap(({ name, aami }) => of(aami).sums.flatMap(sum => cells(sum).map(each => row([name, ...each]))))
  return [
    'Every beat scored:',
    '',
    ...heads(['model', 'recordings', 'beats', 'accuracy %', ...labels.map(label => `F1 ${label} %`)]),
    ...rows(
      tables => tables.all,
      sum => f1Rows({ sums: [sum] }),
    ),
    '',
    `By EC57: the first ${models[0].aami.ec57.fromMinutes} minutes of each recording are not scored, F called V is no error, Q is left out.`,
    '',
    ...heads(['model', 'recordings', 'beats', 'VEB Se %', 'VEB +P %', 'SVEB Se %', 'SVEB +P %']),
    ...rows(
      tables => tables.ec57,
      sum => sumRows(sum).map(cells => cells.filter((_, i) => i !== 2 && i !== 5)),
    ),
  ]
}

const percent = (value: number) => (Number.isFinite(value) ? (100 * value).toFixed(2) : '–')
const scoreCells = ({ sensitivity, positivePredictivity }: QrsScore) => [sensitivity, positivePredictivity].map(percent)
const beatsOf = ({ truePositives, falseNegatives }: QrsCounts) => count(truePositives + falseNegatives)

function recordRow({ recording, beats, counts, scores }: AamiRecord): string[] {
  const cells = (ectopic: 'VEB' | 'SVEB') => [beatsOf(counts[ectopic]), ...scoreCells(scores[ectopic])]
  return [recording, count(beats), ...cells('VEB'), ...cells('SVEB')]
}

function sumRows({ name, beats, gross, average }: AamiSum): string[][] {
  const row = (kind: string, size: string, scores: AamiSum['gross']) => [
    `${name}, ${kind}`,
    size,
    ...(['VEB', 'SVEB'] as const).flatMap(ectopic => ['', ...scoreCells(scores[ectopic])]),
  ]
  return [row('gross', count(beats), gross), row('average', '', average)]
}

function f1Rows({ sums }: Pick<AamiTable, 'sums'>): string[][] {
  return sums.map(({ name, beats, accuracy, f1 }) => [
    name,
    count(beats),
    percent(accuracy),
    ...Object.values(f1).map(percent),
  ])
}
