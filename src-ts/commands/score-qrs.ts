import { locateMitBih, openMitBih } from '../ecg/datasets/mit-bih.ts'
import { DS1, DS2, MIT_BIH_SETS } from '../ecg/datasets/mit-bih-sets.ts'
import { HolterError } from '../errors.ts'
import { averageScore, grossCounts, type QrsCounts, type QrsScore, qrsScore } from '../metrics/ec57.ts'
import { scoreRecord } from '../metrics/mit-bih-qrs.ts'
import { table } from '../report/terminal.ts'

const HEADS = ['record', 'lead', 'beats', 'missed', 'false', 'Se %', '+P %']

/** Returns the table of the QRS detector on all records of MIT-BIH, below it the gross and average scores: tools/score-qrs. */
export function scoreQrs(args: readonly string[]): string {
  const root = args[0] ?? process.env.ECG_DATA_DIR
  const dir = root && locateMitBih(root)
  if (!dir) {
    throw new HolterError({
      stage: 'usage',
      where: 'score-qrs',
      problem: 'no MIT-BIH records found',
      got: root ?? 'no folder',
      hint: 'Name the folder that holds 100.hea, 100.dat and 100.atr, or set ECG_DATA_DIR',
    })
  }
  const records = openMitBih(dir).map(scoreRecord)
  const sets = { 'all 48': MIT_BIH_SETS.all, DS1, DS2 }
  const sums = Object.entries(sets).flatMap(([name, ids]) => {
    const members = records.filter(({ record }) => ids.includes(record))
    const gross = grossCounts(members)
    return [row(`${name}, gross`, '', gross), row(`${name}, average`, '', gross, averageScore(members))]
  })
  return table(HEADS, [...records.map(counts => row(counts.record, counts.lead, counts)), ...sums])
}

function row(name: string, lead: string, counts: QrsCounts, score: QrsScore = qrsScore(counts)): string[] {
  const { truePositives, falseNegatives, falsePositives } = counts
  const percent = (share: number) => (Number.isNaN(share) ? '–' : (100 * share).toFixed(3))
  return [
    name,
    lead,
    String(truePositives + falseNegatives),
    String(falseNegatives),
    String(falsePositives),
    percent(score.sensitivity),
    percent(score.positivePredictivity),
  ]
}
