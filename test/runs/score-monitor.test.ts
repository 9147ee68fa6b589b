import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { locateMitBih } from '../../src-ts/ecg/datasets/mit-bih.ts'
import { grossCounts, qrsScore } from '../../src-ts/metrics/ec57.ts'
import { alarmTruth, countAlarms } from '../../src-ts/metrics/mit-bih-alarms.ts'
import { scoreMonitor } from '../../src-ts/runs/score-monitor.ts'
import { stressMonitor } from '../../src-ts/runs/stress-monitor.ts'
import { ecgDataDir, testUnless } from '../helpers/environment.ts'

const dir = ecgDataDir() && locateMitBih(ecgDataDir()!)
const test = suite('runs/score-monitor')
const onRecords = testUnless(
  dir ? undefined : 'no MIT-BIH records (set ECG_DATA_DIR to the folder that holds mitdb/)',
  'runs/score-monitor',
  test,
)

const note = (sample: number, symbol: string, aux = '') => ({
  sample,
  symbol,
  aux,
  code: 0,
  subtype: 0,
  channel: 0,
  number: 0,
})

test('episodes by annotations, and which alarms they bear out', () => {
  const beats = Array.from({ length: 40 }, (_, i) => note(360 * i, 'N'))
  const run = [0, 1, 2, 3].map(i => note(14_400 + 120 * i, 'V'))
  const late = note(14_760 + 5 * 360, 'N')
  const truth = alarmTruth({ annotations: [note(18, '+', '(N\0'), ...beats, ...run, late] })
  assert.equal(truth.get('ventricular-tachycardia'), [{ from: 14_400, to: 14_760 }])
  assert.equal(truth.get('asystole'), [{ from: 14_760, to: late.sample }])
  assert.equal(truth.get('ventricular-fibrillation'), [])
  const alarm = (rule: string, from: number) => ({ rule, from, to: from + 100 })
  const counts = (rule: string, ...from: number[]) =>
    countAlarms(
      rule,
      truth,
      from.map(each => alarm(rule, each)),
    )
  assert.equal(counts('asystole', 15_900), { episodes: 1, missed: 0, alarms: 1, falseAlarms: 0 })
  assert.equal(counts('asystole', 5_000), { episodes: 1, missed: 1, alarms: 1, falseAlarms: 1 })
  assert.equal(counts('ventricular-tachycardia', 14_800, 5_000), { episodes: 1, missed: 0, alarms: 2, falseAlarms: 1 })
  // Flutter that is called while the annotations say tachycardia is no false alarm.
  assert.is(countAlarms('ventricular-fibrillation', truth, [alarm('ventricular-fibrillation', 14_800)]).falseAlarms, 0)
})

onRecords('half of DS1, with every flutter: what the monitor must reach', async () => {
  const scores = await scoreMonitor({ dir: dir!, set: 'ds1-validation', model: 'models/beat-rr.tflite' })
  const { sensitivity, positivePredictivity } = qrsScore(grossCounts(scores.records.map(({ qrs }) => qrs)))
  assert.ok(sensitivity > 0.998 && positivePredictivity > 0.997, `QRS ${sensitivity} ${positivePredictivity}`)
  for (const rule of ['ventricular-tachycardia', 'ventricular-fibrillation', 'asystole'])
    assert.is(scores.alarms[rule].missed, 0, rule)
  assert.ok(scores.falseHighPerHour < 0.6, `${scores.falseHighPerHour} false alarms an hour`)
  assert.ok(scores.latency.late < 0.002 * scores.latency.beats, JSON.stringify(scores.latency))
  const { labels, offline } = scores
  assert.ok(
    labels.accuracy > offline.accuracy - 0.01,
    `${labels.accuracy} of the labels are right, offline ${offline.accuracy}`,
  )
  for (const kind of ['VEB', 'SVEB'] as const) {
    const [live, whole] = [labels.ectopic[kind], offline.ectopic[kind]]
    assert.ok(
      live.sensitivity > whole.sensitivity - 0.04,
      `${kind} Se ${live.sensitivity}, offline ${whole.sensitivity}`,
    )
  }
})

onRecords('two records as others might have recorded them, with runs put in and beats called wrong', async () => {
  const input = { dir: dir!, set: ['205', '223'], model: 'models/beat-rr.tflite' } as const
  const most = { swapped: [1, 5], 'runs-narrow': [3, 47], 'mislabelled-20': [1, 5] } as const
  for (const { stress, alarms, falseHighPerHour } of await stressMonitor({ ...input, stresses: Object.keys(most) })) {
    const [missed, episodes] = most[stress as keyof typeof most]
    const runs = alarms['ventricular-tachycardia']
    assert.ok(runs.episodes === episodes && runs.missed <= missed, `${stress}: ${JSON.stringify(runs)}`)
    assert.ok(falseHighPerHour <= 1, `${stress}: ${falseHighPerHour} false alarms an hour`)
  }
})

test('a stress that there is not is named', async () => {
  await stressMonitor({ dir: '/nowhere', set: [], model: 'models/beat-rr.tflite', stresses: ['swaped'] }).then(
    () => assert.unreachable(),
    error => assert.match(error.message, /Did you mean swapped/),
  )
})

test.run()
