import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Ecg, interleaveLeads } from '../../src-ts/ecg/formats/ecg.ts'
import { cutRecording } from '../../src-ts/runs/cut-recording.ts'
import { ownTask } from '../../src-ts/tasks/own-task.ts'
import { madeEcg } from '../helpers/made-ecg.ts'

const test = suite('runs/cut-recording')
const taskOf = (samples: number, sampleRateHz = 250) =>
  ownTask({ name: 'own', kind: 'multi-label', labels: ['a'], leads: ['II'], sampleRateHz, samples })
const recording = (signal: Float64Array, sampleRateHz = 250): Ecg => ({
  signals: interleaveLeads([signal, signal.map(mv => -mv)]),
  samples: signal.length,
  leads: ['V1', 'ii'],
  sampleRateHz,
  source: { path: 'r', format: 'csv', omitted: [], firstRow: 2 },
})

test('stretches one after another, the lead found by its name, samples in steps of a microvolt', () => {
  const { signal } = madeEcg(25)
  const { list, read } = cutRecording(recording(signal), 'r', taskOf(2500), {})
  assert.equal(
    list.map(({ seconds, reason }) => [seconds, reason]),
    [
      [0, undefined],
      [10, undefined],
    ],
  )
  const out = new Float32Array(2500)
  read(1, out, 0)
  for (const [i, mv] of out.entries()) assert.is(mv, Math.fround(Math.round(-1000 * signal[2500 + i]) / 1000 + 0))
})

test('pieces of a beat are judged by the ten seconds around them; what lies outside is not', () => {
  const { signal } = madeEcg(20)
  const noise = madeEcg(20, 250, 2, 0.5).signal
  const half = signal.map((mv, i) => (i < 2500 ? mv : noise[i]))
  const reasons = cutRecording(recording(half), 'r', taskOf(125), {}).list.map(({ reason }) => reason === undefined)
  assert.is(reasons.length, 40)
  assert.ok(reasons.slice(0, 10).every(Boolean) && !reasons.slice(30).some(Boolean))
  assert.ok(cutRecording(recording(signal.subarray(0, 250)), 'r', taskOf(125), {}).list.every(({ reason }) => !reason))
})

test('a missing sample is a reason, by its row; too short or of another rate an error with its name', () => {
  const { signal } = madeEcg(10)
  const gap = signal.map((mv, i) => (i === 8 ? Number.NaN : mv))
  assert.is(
    cutRecording(recording(gap), 'r', taskOf(2500), {}).list[0].reason,
    'row 10 of lead II is an empty cell or NaN',
  )
  const cut = (samples: number, hz: number) => () => cutRecording(recording(signal), 'r', taskOf(samples, hz), {})
  assert.throws(
    cut(2501, 250),
    /r: the recording is shorter than a record of the model \(got 2500, expected at least 2501/,
  )
  assert.throws(cut(1000, 100), /r: wrong sample rate \(got 250 Hz, expected 100 Hz\)\. Add --resample/)
  assert.is(cutRecording(recording(signal), 'r', taskOf(1000, 100), { resample: true }).list.length, 1)
})

test.run()
