import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as v from 'valibot'
import { engines } from '../../src-ts/engines/index.ts'
import { DoctorReport } from '../../src-ts/runs/doctor.ts'
import { runHolter } from '../helpers/holter-process.ts'

const test = suite('doctor')

test('--json keeps to its schema, names every engine, and says of what is missing how to get it', () => {
  const { status, stdout, stderr } = runHolter(['doctor', '--json'])
  assert.is(status, 0, stderr)
  const { parts, node } = v.parse(DoctorReport, JSON.parse(stdout))
  assert.is(node.version, process.versions.node)
  const ofKind = (kind: string) => parts.filter(part => part.kind === kind)
  assert.equal(
    ofKind('engine').map(({ name }) => name),
    engines.map(({ name }) => name),
  )
  for (const { name, present, gives, get } of parts) {
    assert.ok(gives.length > 5, name)
    assert.is(get === undefined, present, name)
  }
  for (const program of ['cc', 'arm-none-eabi-gcc', 'qemu-system-arm'])
    assert.ok(ofKind('program').some(({ name }) => name === program))
})

test('with nothing on the PATH programs are missing, and the way to get each is shown', () => {
  const env = { ...process.env, PATH: '/nowhere', NO_COLOR: '1' }
  const { status, stdout } = spawnSync(process.execPath, ['tools/holter.mjs', 'doctor'], { encoding: 'utf8', env })
  assert.is(status, 0)
  assert.match(stdout, /^no +program +cc /m)
  assert.match(stdout, '  cc: apt-get install gcc libc6-dev\n')
  assert.match(stdout, /^ {2}chromium: no browser is on the PATH .*apt-get install chromium$/m)
  for (const line of stdout.split('\n').filter(line => line.startsWith('no '))) assert.ok(line.length <= 80, line)
})

test.run()
