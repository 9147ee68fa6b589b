import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { locatePtbXl, type PtbXlRecord, readSuperclasses } from '../../src-ts/ecg/datasets/ptb-xl-labels.ts'
import { readEcg } from '../../src-ts/ecg/formats/read-ecg.ts'
import { Alarms } from '../../src-ts/monitor/alarms.ts'
import { BeatNetwork } from '../../src-ts/monitor/beat-network.ts'
import { Monitor } from '../../src-ts/monitor/monitor.ts'
import { openNetwork } from '../../src-ts/monitor/open-networks.ts'
import { readRules } from '../../src-ts/monitor/rules.ts'
import { microvolt } from '../../src-ts/monitor/sources/file-source.ts'
import { WindowNetwork } from '../../src-ts/monitor/window-network.ts'
import { random } from '../../src-ts/random.ts'
import { ecgDataDir, testUnless } from '../helpers/environment.ts'

// For want of long 12-lead recordings: records of one superclass of PTB-XL's fold 9 in a row. HOLTER_LONG=1 plays 25 minutes of each.

const test = suite('monitor/notices')
const root = ecgDataDir() && locatePtbXl(ecgDataDir()!)
const onRecords = testUnless(root ? undefined : 'no PTB-XL records (set ECG_DATA_DIR)', 'monitor/notices', test)

const LABELS = ['NORM', 'MI', 'STTC', 'CD', 'HYP']
const [MINUTES, RECORDS] = process.env.HOLTER_LONG === '1' ? [25, 6] : [1, 3]

type Opened = Awaited<ReturnType<typeof openNetwork>>

/** Plays records as one recording and returns the rules whose notices were raised. */
function noticesOf(records: readonly PtbXlRecord[], beats: Opened, windows: Opened): Set<string> {
  const raised = new Set<string>()
  const alarms = new Alarms(readRules(), ({ kind, rule }) => kind === 'notice' && raised.add(rule))
  const recordings = records.map(({ path100 }) => readEcg(join(root!, path100)))
  const [{ leads, sampleRateHz }] = recordings
  const monitor = new Monitor(
    {
      leads,
      sampleRateHz,
      beats: new BeatNetwork(beats.graph, beats.run),
      windows: WindowNetwork.of(windows.graph, windows.run, leads, sampleRateHz),
    },
    observation => alarms.take(observation),
  )
  for (const { signals } of recordings) {
    const frames = Int32Array.from(signals, microvolt)
    for (let at = 0; at < frames.length; at += leads.length) monitor.next(frames, at)
  }
  return raised
}

onRecords('infarctions and ST-T changes are noticed, healthy hearts raise no notice', async () => {
  const [beats, windows] = [await openNetwork('models/beat-rr.tflite'), await openNetwork('models/ecg-tiny.tflite')]
  const { records } = readSuperclasses(root!, LABELS)
  const draw = random(7)
  const only = (label: string, without: readonly string[]) => {
    const has = (record: PtbXlRecord, name: string) => record.labels.includes(LABELS.indexOf(name))
    return records.filter(each => each.fold === 9 && has(each, label) && !without.some(name => has(each, name)))
  }
  const pools = {
    NORM: only('NORM', ['MI', 'STTC', 'CD', 'HYP']),
    MI: only('MI', ['STTC']),
    STTC: only('STTC', ['MI']),
  }
  const noticed = Object.fromEntries(
    Object.entries(pools).map(([name, pool]) => {
      const counts = { infarction: 0, 'st-t-change': 0 }
      for (let i = 0; i < MINUTES; i++) {
        const raised = noticesOf(
          Array.from({ length: RECORDS }, () => pool[draw.integer(pool.length)]),
          beats,
          windows,
        )
        counts.infarction += Number(raised.has('infarction'))
        counts['st-t-change'] += Number(raised.has('st-t-change'))
      }
      return [name, counts]
    }),
  )
  if (MINUTES > 1) console.log(`of ${MINUTES} minutes each: ${JSON.stringify(noticed)}`)
  assert.equal(noticed.NORM, { infarction: 0, 'st-t-change': 0 })
  assert.ok(noticed.MI.infarction >= 0.9 * MINUTES, JSON.stringify(noticed))
  assert.ok(noticed.STTC['st-t-change'] >= 0.9 * MINUTES, JSON.stringify(noticed))
})

test.run()
