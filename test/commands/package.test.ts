import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { testUnless } from '../helpers/environment.ts'
import { runHolter } from '../helpers/holter-process.ts'
import { madeRecord } from '../monitor/made-recording.ts'
import { missingForC, missingProgram } from '../package/c-harness.ts'

const test = suite('commands/package, flash')
const missing = missingForC()
const model = 'models/beat-rr.tflite'

test('wrong words are one sentence and exit 2, what is not there exit 1; nothing is written', () => {
  const out = mkdtempSync(join(tmpdir(), 'holter-package-'))
  for (const [status, pattern, args] of [
    [2, /no-such.*Allowed choices/s, ['package', model, '--target', 'no-such', '--out', out]],
    [2, /no such board.*host/, ['package', model, '--target', 'c-source', '--board', 'no-such', '--out', out]],
    [2, /It must be a gain above 0/, ['package', model, '--target', 'c-source', '--adc', '0,1', '--out', out]],
    [
      2,
      /cortex-m-wasm3: a monitor does not fit/,
      ['package', model, '--target', 'cortex-m-wasm3', '--monitor', 'x', '--out', out],
    ],
    [1, /does not exist/, ['package', 'no-such.tflite', '--target', 'c-source', '--out', out]],
    [
      1,
      /^\[file\].*package[.]json: cannot be read: it does not exist[.] Run holter package first[.]\n$/,
      ['flash', 'c-source', '--in', out],
    ],
  ] as const) {
    const { status: got, stderr } = runHolter(args)
    assert.is(got, status, stderr)
    assert.match(stderr, pattern)
    assert.not.match(stderr, /\n\s+at /)
  }
  assert.equal(readdirSync(out), [])
})

const scenes = testUnless(missing, 'commands/package, flash', test)
scenes(`a network of the zoo, built and proved on this machine`, () => {
  const out = mkdtempSync(join(tmpdir(), 'holter-package-'))
  const made = runHolter(['package', model, '--target', 'c-source', '--out', out, '--json'])
  assert.is(made.status, 0, made.stderr)
  assert.is(JSON.parse(made.stdout).vectors, 64)
  const { status, stdout } = runHolter(['flash', 'c-source', '--in', out])
  assert.is(status, 0)
  assert.match(stdout, /^holter-selftest target=c-source model=beat-rr vectors=64 pass=64 instructions=\d+\n$/)
  assert.is(runHolter(['flash', 'c-source', '--in', out, '--dry-run']).stdout, './self-test\n')
})

scenes('a monitor, built and proved on this machine: each push gives the events of the monitor in TypeScript', () => {
  const out = mkdtempSync(join(tmpdir(), 'holter-package-'))
  const record = madeRecord(mkdtempSync(join(tmpdir(), 'holter-record-')))
  const args = ['package', model, '--target', 'c-source', '--monitor', record]
  const tooLong = runHolter([...args, '--seconds', '90', '--out', out])
  assert.is(tooLong.status, 1)
  assert.match(tooLong.stderr, /made: the recording is shorter than the self-test.*Give fewer --seconds/)
  const made = runHolter([...args, '--seconds', '60', '--out', out])
  assert.is(made.status, 0, made.stderr)
  const { status, stdout, stderr } = runHolter(['flash', 'c-source', '--in', out])
  assert.is(status, 0, stderr)
  assert.match(stdout, /model=beat-rr vectors=240 pass=240 instructions=0\nholter-monitor beats=7\d alarms=[1-9]\n$/)
})

testUnless(
  missing ?? missingProgram('arm-none-eabi-gcc') ?? missingProgram('qemu-system-arm'),
  'commands/package, Cortex-M',
  test,
)('a monitor on an emulated Cortex-M reads a signal larger than its flash from the host', () => {
  const out = mkdtempSync(join(tmpdir(), 'holter-package-'))
  const record = madeRecord(mkdtempSync(join(tmpdir(), 'holter-record-')))
  const board = ['--target', 'cortex-m-wasm2c', '--board', 'mps2-an386-from-host']
  const made = runHolter(['package', model, ...board, '--monitor', record, '--seconds', '60', '--out', out, '--json'])
  assert.is(made.status, 0, made.stderr)
  assert.is(JSON.parse(made.stdout).sizes.vectors, 0)
  const whole = runHolter(['flash', 'cortex-m-wasm2c', '--in', out])
  assert.match(
    whole.stdout,
    /model=beat-rr vectors=240 pass=240 instructions=\d+\nholter-monitor beats=7\d alarms=[1-9]\n$/,
  )
  rmSync(join(out, 'vectors.bin'))
  assert.match(runHolter(['flash', 'cortex-m-wasm2c', '--in', out]).stderr, /vectors\.bin is missing/)
})

test.run()
