import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sha256 } from '../../src-ts/files.ts'
import { startHolter, waitUntil } from '../helpers/holter-process.ts'
import { writePtbXl } from '../helpers/ptb-xl-folder.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'
import { textOf } from '../report/well-formed.ts'

const test = suite('holter demo')
const native = withTfjs('holter demo', test)
const root = fileURLToPath(new URL('../../', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'holter-demo-'))
test.after(() => rmSync(dir, { recursive: true }))

/** Runs the command as a user does who has no data but those that are named. */
function demo(...args: string[]) {
  const { ECG_DATA_DIR: _, ...env } = process.env
  const options = { cwd: root, encoding: 'utf8', env: { ...env, HOLTER_CACHE_DIR: join(dir, 'cache') } } as const
  return spawnSync(process.execPath, ['tools/holter.mjs', 'demo', ...args], options)
}

test('goes from a shipped file to scores, kernels, proof and report, and trains nothing', () => {
  const [data, out] = [join(dir, 'ptb-xl'), join(dir, 'out')]
  const codes = ["{'NORM': 100.0}", "{'IMI': 100.0}", "{'LVH': 100.0}"]
  writePtbXl(
    data,
    Array.from({ length: 14 }, (_, i) => ({ id: 1 + i, patient: i, fold: i < 2 ? 1 : 9, codes: codes[i % 3] })),
  )
  const run = demo('--model', 'ecg-tiny', '--data', data, '--probes', '2', '--out', out)
  assert.is(run.status, 0, run.stderr)
  const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))
  assert.is(summary.data.records.validation, 12)
  assert.ok(summary.int8.macroAuc.validation > 0)
  assert.not.ok('float' in summary)
  assert.ok(summary.parity.every((row: { differing: number }) => row.differing === 0))
  assert.is(summary.files['model.tflite'].sha256, sha256(readFileSync(join(root, 'models/ecg-tiny.tflite'))))
  const text = textOf(readFileSync(join(out, 'report.html'), 'utf8'))
  assert.match(text, 'A shipped int8 model, compiled to WebAssembly')
  assert.match(text, 'holter demo --model ecg-tiny')
  assert.not.match(text, /\|Training\||\|float/)
  assert.match(run.stdout, 'Fold 10 stays closed.')
})

test('a near miss of a name gets a suggestion, nothing is written', () => {
  const out = join(dir, 'nothing')
  const run = demo('--model', 'ecg-tinny', '--out', out)
  assert.is(run.status, 2)
  assert.match(
    run.stderr,
    /^\[usage\] ecg-tinny: there is no such file, and no model of this name ships .*Did you mean ecg-tiny\?\n$/,
  )
  assert.not.ok(existsSync(out))
})

test('a model of beats without its records says so in one sentence', () => {
  const run = demo('--model', 'attention-cnn', '--out', join(dir, 'beats'))
  assert.is(run.status, 1)
  assert.match(run.stderr, /^\[ecg\] heartbeat: no data was found: .* Run holter data fetch mit-bih.*\n$/)
})

native('an interrupted demo ends in order, with an exit code that is documented', async () => {
  const { child, ended } = startHolter(['demo', '--network', 'ecg-tiny', '--out', join(dir, 'interrupted')])
  let said = ''
  child.stderr!.on('data', text => {
    said += text
  })
  assert.ok(await waitUntil(() => said.includes('read: ')), 'it began')
  child.kill('SIGINT')
  const { status, stderr } = await ended
  assert.is(status, 1, stderr)
  assert.match(stderr, /Stopping after this batch[\s\S]*Interrupted: the demo is not complete\.\n$/)
})

test('a model cannot be trained and taken as it is', () => {
  const run = demo('--model', 'ecg-tiny', '--network', 'gap-cnn')
  assert.is(run.status, 2)
  assert.match(run.stderr, /'--model <model>' cannot be used with option '--network <network>'/)
})

test.run()
