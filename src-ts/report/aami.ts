import { type AamiRecord, type AamiSum, type AamiTable, type AamiTables, ECTOPIC } from '../metrics/aami.ts'
import type { Interval } from '../metrics/bootstrap.ts'
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
      sentence:
        'Every beat scored, as papers on learning do; F called V counts against the F1 and the accuracy. Intervals: 1,000 bootstraps of recordings.',
      heads: ['recordings', 'beats', 'accuracy %', ...f1Heads(all)],
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
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const heads = (cells: readonly string[]) => [row(cells), `|${'---|'.repeat(cells.length)}`]
  const rows = (of: (tables: AamiTables) => AamiTable, cells: (sum: AamiSum) => string[][]) =>
    models.flatMap(({ name, aami }) => of(aami).sums.flatMap(sum => cells(sum).map(each => row([name, ...each]))))
  return [
    'Every beat scored:',
    '',
    ...heads(['model', 'recordings', 'beats', 'accuracy %', ...f1Heads(models[0].aami.all)]),
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

/** Ectopic beats have their interval beside them, since few recordings hold them. */
function f1Heads({ sums }: AamiTable): string[] {
  const heads = (label: string) => (isEctopic(label) ? [`F1 ${label} %`, '95 %'] : [`F1 ${label} %`])
  return Object.keys(sums[0].f1).flatMap(heads)
}

function f1Rows({ sums }: Pick<AamiTable, 'sums'>): string[][] {
  const cells = ({ f1, f1Interval }: AamiSum, label: string) =>
    isEctopic(label) ? [percent(f1[label]), wholePercents(f1Interval[label])] : [percent(f1[label])]
  return sums.map(sum => [
    sum.name,
    count(sum.beats),
    percent(sum.accuracy),
    ...Object.keys(sum.f1).flatMap(label => cells(sum, label)),
  ])
}

function isEctopic(label: string): boolean {
  return (Object.values(ECTOPIC) as string[]).includes(label)
}

function wholePercents([low, high]: Interval): string {
  return Number.isFinite(low) ? `${Math.round(100 * low)}–${Math.round(100 * high)}` : '–'
}
