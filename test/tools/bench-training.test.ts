import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withTfjs } from '../helpers/with-tfjs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const test = suite('bench-training')
const native = withTfjs('bench-training', test)
const bench = (...args: string[]) =>
  spawnSync(process.execPath, ['tools/bench-training', ...args], { cwd: root, encoding: 'utf8' })
const small = ['--samples', '64', '--batch', '4', '--rounds', '1', '--steps', '2']

native('says how many samples a second are trained, and where the time goes', () => {
  const { status, stdout, stderr } = bench('ecg-tiny', ...small, '--profile')
  assert.is(status, 0, stderr)
  assert.match(stdout, /^ecg-tiny, 64 samples × 12, batch 4, threads: 1, median of 1 rounds of 2 steps$/m)
  assert.match(stdout, /^ {2}holter +\d+ samples\/s, +\d+ per second of processor time$/m)
  assert.match(stdout, /^ {4}Conv2D +\d+\.\d ms +\d+\.\d % \d+ calls$/m)
})

native('a mistake is one sentence', () => {
  const cases = [
    { args: ['ecg-tyni'], says: /no such network .*Did you mean ecg-tiny/, code: 2 },
    { args: ['ecg-tiny', '--rounds', '0'], says: /--rounds: not a whole number of at least 1 \(got 0\)/, code: 2 },
    { args: ['ecg-tiny', '--samples', '64,x'], says: /--samples: not a whole number of at least 1 \(got x\)/, code: 2 },
    { args: ['--nonsense'], says: /Unknown option '--nonsense'/, code: 2 },
    { args: ['ecg-tiny', ...small, '--keras', '/no/python'], says: /the Keras process ended/, code: 1 },
  ]
  for (const { args, says, code } of cases) {
    const { status, stderr } = bench(...args)
    assert.is(status, code, stderr)
    assert.match(stderr, says)
    assert.not.match(stderr, /\n\s+at /)
  }
})

test.run()
