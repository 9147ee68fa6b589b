import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { locatePtbXl } from '../../src-ts/ecg/datasets/ptb-xl-labels.ts'
import { evaluate } from '../../src-ts/runs/evaluate.ts'
import type { Answer, Predicted } from '../../src-ts/runs/predict.ts'
import { predict } from '../../src-ts/runs/predict.ts'
import { ecgDataDir, testUnless } from '../helpers/environment.ts'
import { runHolter } from '../helpers/holter-process.ts'
import { madeEcg } from '../helpers/made-ecg.ts'
import { path100 } from '../helpers/ptb-xl-folder.ts'
import { twelveLeads, writers } from '../helpers/twelve-leads.ts'
import { writeRecord } from '../helpers/wfdb-files.ts'

const test = suite('holter predict')
const model = fileURLToPath(new URL('../../models/ecg-tiny.tflite', import.meta.url))
const beatModel = fileURLToPath(new URL('../../models/beat-rr.tflite', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'holter-predict-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))
const ptbXl = locatePtbXl(ecgDataDir() ?? '/nowhere')

/** The engine without a compiler answers first. */
const predictBy = (engine: string, ...args: string[]) => runHolter(['predict', ...args, '--engine', engine])

const good = twelveLeads(10, 100)
const flat = good.map((lead, k) => (k < 5 ? lead.map(() => 0) : lead))
const files = Object.values(writers).map(write => write(dir, 'good', good))

test('a recording has one answer, whatever its format; what cannot be read is told beside the others', () => {
  const missing = join(dir, 'missing')
  const { status, stdout, stderr } = predictBy('node', model, ...files, missing, '--json')
  assert.is(status, 1)
  assert.match(stderr, /missing: the file is missing/)
  const { records, of, labels, thresholds, temperature, speed } = JSON.parse(stdout) as Predicted
  assert.equal([of, labels], [{ seconds: 10 }, ['CD', 'HYP', 'MI', 'NORM', 'STTC']])
  const [first, ...others] = records.slice(0, 4).map(({ answers }) => answers)
  for (const answers of others) assert.equal(answers, first)
  const [{ logits, probabilities, called, classifiable }] = first
  assert.ok(classifiable)
  for (const label of labels) {
    const probability = 1 / (1 + Math.exp(-logits![label] / temperature!))
    assert.ok(Math.abs(probabilities![label] - probability) < 1e-12)
    if (probabilities![label] >= thresholds![label]) assert.ok(called!.includes(label))
  }
  assert.match(records[4].error!, /missing/)
  assert.equal([speed.answers, records[4].answers], [4, []])
})

test('a poor signal is not classifiable, and it is said why; long recordings are cut; other rates are converted on demand', () => {
  const long = writers.wfdb(dir, 'long', twelveLeads(25, 100))
  const folder = join(dir, 'folder')
  mkdirSync(folder)
  writeFileSync(join(folder, 'ptbxl_database.csv'), 'ecg_id,strat_fold\n1,1\n9,10\n')
  for (const name of ['00009_lr', '00001_lr']) writers.wfdb(folder, name, good)
  const ofFolder = predictBy('reference', model, folder)
  assert.match(ofFolder.stdout, /^00001_lr +0 .*\n\n[\s\S]*test fold that were not opened: 1\./m)
  const fast = writers.wfdb(dir, 'fast', twelveLeads(10, 500), 500)
  const text = predictBy('reference', model, writers.wfdb(dir, 'flat', flat), long)
  assert.is(text.status, 0)
  assert.match(text.stdout, /^ *flat +0 +not classifiable +– .*5 of 12/m)
  assert.match(text.stdout, /^ *long +0 .*\n *long +10 /m)
  assert.match(text.stdout, /thresholds +CD 0\.\d\d, .*\nspeed +2 records in .*the engine itself/)
  const refused = predictBy('reference', model, fast)
  assert.equal([refused.status, refused.stdout], [1, ''])
  assert.match(refused.stderr, /fast: wrong sample rate \(got 500 Hz, expected 100 Hz\)\. Add --resample/)
  assert.match(predictBy('reference', model, fast, '--resample').stdout, /^ *fast +0 /m)
})

test('of beats: by a detector where nothing marks them; one lead is too few for two', () => {
  const { signal, beats } = madeEcg(30, 360, 2)
  const digital = Array.from(signal, value => Math.round(200 * value))
  writeRecord(
    dir,
    'two',
    16,
    [
      { digital, name: 'MLII' },
      { digital, name: 'V1' },
    ],
    { rateHz: 360 },
  )
  writeRecord(dir, 'one', 16, [{ digital, name: 'MLII' }], { rateHz: 360 })
  const { stdout, stderr } = predictBy('reference', beatModel, join(dir, 'two'), join(dir, 'one'), '--json')
  assert.match(
    stderr,
    /one: a model of these beats looks at two leads at once \(got MLII, expected MLII and a second one\)/,
  )
  const { records, of } = JSON.parse(stdout) as Predicted
  assert.equal([of, records[0].peaksFrom], ['beats', 'detector'])
  const found = records[0].answers
  assert.ok(Math.abs(found.length - beats.length) <= 1, `${found.length} of ${beats.length} beats`)
  for (const { called, probabilities } of found) {
    assert.is(called!.length, 1)
    assert.ok(Math.abs(Object.values(probabilities!).reduce((a, b) => a + b) - 1) < 1e-9)
  }
  assert.match(
    predictBy('reference', beatModel, join(dir, 'two'), '--peaks', 'annotations').stderr,
    /no annotations that mark beats/,
  )
})

const real = testUnless(ptbXl ? undefined : 'ECG_DATA_DIR names no folder with PTB-XL', 'holter predict', test)

real('on records of PTB-XL the bytes are those that holter evaluate scores; the test fold stays closed', async () => {
  const { scored, opened } = await evaluate({ model, data: ptbXl })
  const { records } = opened.splits.validation!
  const { labels, logits } = scored.predictions
  const paths = records.map(({ id }) =>
    join(ptbXl!, path100(Number(id)).replace('00000/', `${id.padStart(5, '0').slice(0, 2)}000/`)),
  )
  const predicted = await predict({ model, records: paths })
  let compared = 0
  for (const [i, { answers, error }] of predicted.records.entries()) {
    assert.is(error, undefined)
    const [answer]: readonly Answer[] = answers
    if (!answer.classifiable) continue
    assert.equal(Object.values(answer.logits!), [...logits.subarray(i * labels.length, (i + 1) * labels.length)])
    compared++
  }
  assert.ok(compared > 0.95 * records.length, `${compared} of ${records.length} records`)
  const closed = await predict({ model, records: [join(ptbXl!, 'records100/00000/00038_lr')] })
  assert.match(closed.records[0].error!, /belongs to the test fold, which only holter evaluate --split test opens/)
})

test.run()
