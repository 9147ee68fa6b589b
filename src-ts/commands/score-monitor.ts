import { BEAT_CLASSES } from '../ecg/beats/beat-classes.ts'
import { locateMitBih } from '../ecg/datasets/mit-bih.ts'
import type { MitBihSet } from '../ecg/datasets/mit-bih-sets.ts'
import { byName, HolterError } from '../errors.ts'
import { averageScore, grossCounts, qrsScore } from '../metrics/ec57.ts'
import { RHYTHM_RULES } from '../metrics/mit-bih-alarms.ts'
import { table } from '../report/terminal.ts'
import type { MonitorScores } from '../runs/score-monitor.ts'
import type { StressScore } from '../runs/stress-monitor.ts'
import { terminal } from './context.ts'

/** Returns the tables of the monitor on a set of MIT-BIH records: tools/score-monitor. */
export async function scoreMonitorTables(args: readonly string[]): Promise<string> {
  const { monitorSets, scoreMonitor } = await import('../runs/score-monitor.ts')
  const options = args.filter(arg => !arg.startsWith('--'))
  const [set = 'ds1', root = process.env.ECG_DATA_DIR] = options
  byName(
    'set',
    set,
    monitorSets.map(name => ({ name })),
  )
  const dir = root && locateMitBih(root)
  if (!dir) {
    throw new HolterError({
      stage: 'usage',
      where: 'score-monitor',
      problem: 'no MIT-BIH records found',
      got: root ?? 'no folder',
      hint: 'Name the folder that holds 100.hea, 100.dat and 100.atr, or set ECG_DATA_DIR',
    })
  }
  const json = (value: unknown) => JSON.stringify(value, null, 2)
  const stress = args.find(arg => /^--stress(=|$)/.test(arg))
  if (stress !== undefined) {
    const { stressMonitor } = await import('../runs/stress-monitor.ts')
    const names = stress.split('=')[1]?.split(',')
    const scores = await stressMonitor({ dir, set: set as MitBihSet, model: 'beat-rr', stresses: names }, terminal)
    return args.includes('--json') ? json(scores) : stressTable(scores)
  }
  const scores = await scoreMonitor({ dir, set: set as MitBihSet, model: 'beat-rr' }, terminal)
  return args.includes('--json') ? json(scores) : tables(scores)
}

/** Rules whose episodes a stress must not hide. */
const WATCHED = [
  'ventricular-tachycardia',
  'ventricular-fibrillation',
  'extreme-tachycardia',
  'extreme-bradycardia',
  'asystole',
]

function stressTable(scores: readonly StressScore[]): string {
  const rows = scores.map(({ stress, qrs, alarms, falseHighPerHour }) => [
    stress,
    percent(qrs.sensitivity),
    percent(qrs.positivePredictivity),
    ...WATCHED.map(rule => `${alarms[rule].missed}/${alarms[rule].episodes} ${alarms[rule].falseAlarms}`),
    falseHighPerHour.toFixed(2),
  ])
  const worst = scores.map(({ stress, worst }) => `${stress}: ${worst.join('; ') || 'nothing missed, nothing false'}`)
  return [
    table(['stress', 'QRS Se %', '+P %', 'VT', 'VFL', 'tachycardia', 'bradycardia', 'asystole', 'false/h'], rows),
    'Of each rule: episodes missed / episodes, and false alarms. False alarms an hour of the high-priority rules.',
    worst.join('\n'),
  ].join('\n\n')
}

function tables(scores: MonitorScores): string {
  const { records, latency } = scores
  const qrs = records.map(record => record.qrs)
  const sums = [
    ['gross', qrsScore(grossCounts(qrs))],
    ['average', averageScore(qrs)],
  ] as const
  const beats = records.map(({ record, qrs: counts }) => {
    const { sensitivity, positivePredictivity } = qrsScore(counts)
    const { truePositives, falseNegatives, falsePositives } = counts
    return [
      record,
      truePositives + falseNegatives,
      falseNegatives,
      falsePositives,
      percent(sensitivity),
      percent(positivePredictivity),
    ]
  })
  const gross = sums.map(([name, score]) => [
    name,
    '',
    '',
    '',
    percent(score.sensitivity),
    percent(score.positivePredictivity),
  ])
  const labels = [
    ['monitor', scores.labels],
    ['offline', scores.offline],
  ] as const
  const labelRows = labels.map(([name, { accuracy, ectopic }]) => [
    name,
    percent(accuracy),
    ...(['VEB', 'SVEB'] as const).flatMap(kind => [
      percent(ectopic[kind].sensitivity),
      percent(ectopic[kind].positivePredictivity),
    ]),
  ])
  const { confusion } = scores.labels
  const alarms = Object.entries(scores.alarms).map(([rule, { episodes, missed, alarms, falseAlarms }]) => [
    rule,
    episodes,
    missed,
    alarms,
    falseAlarms,
    (falseAlarms / scores.hours).toFixed(2),
  ])
  const rhythms = Object.entries(scores.rhythms).map(([name, { episodes, missed, long, longMissed }]) => [
    name,
    RHYTHM_RULES[name],
    episodes,
    missed,
    long,
    longMissed,
  ])
  const text = (rows: readonly (readonly (string | number)[])[]) => rows.map(row => row.map(String))
  return [
    table(['record', 'beats', 'missed', 'false', 'QRS Se %', '+P %'], text([...beats, ...gross])),
    table(
      ['annotated \\ called', ...BEAT_CLASSES, 'missed'],
      text(confusion.map((row, i) => [BEAT_CLASSES[i], ...row])),
    ),
    table(['labels', 'right %', 'VEB Se %', '+P %', 'SVEB Se %', '+P %'], text(labelRows)),
    'Right: of the beats N S V F that were found, all minutes. VEB and SVEB: gross, by EC57. Offline: the same network at annotated R peaks.',
    table(['rule', 'episodes', 'missed', 'alarms', 'false', 'false/h'], text(alarms)),
    table(['annotated rhythm', 'rule', 'episodes', 'missed', '30 s and more', 'missed'], text(rhythms)),
    `False high-priority alarms an hour: ${scores.falseHighPerHour.toFixed(2)} in ${scores.hours.toFixed(2)} h.`,
    `Labels after the next R peak: ${latency.beats - latency.late} of ${latency.beats} within 0.6 s, the last after ` +
      `${latency.longest} s; ${latency.provisional} provisional. Tenths of a second: ${latency.histogram.join(' ')}`,
  ].join('\n\n')
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : (100 * share).toFixed(3)
}
