import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readAnnotations } from '../../src-ts/ecg/formats/wfdb-annotations.ts'
import { runHolter, startHolter, waitUntil } from '../helpers/holter-process.ts'
import { inFolder } from '../helpers/wfdb-files.ts'
import { eventsOf, madeBeats, madeRecord } from '../monitor/made-recording.ts'

const test = suite('commands/monitor')

test('a record: annotations, events, a page, and counts as JSON', () =>
  inFolder(dir => {
    const out = join(dir, 'out')
    const { status, stdout, stderr } = runHolter(['monitor', madeRecord(dir), '--speed', 'max', '--out', out, '--json'])
    assert.is(status, 0, stderr)
    const result = JSON.parse(stdout)
    const { list } = readAnnotations(join(out, 'made.hol'))
    const marks = list.filter(({ symbol }) => 'NSVFQ'.includes(symbol))
    const shown = madeBeats.filter(({ seconds }) => seconds < 83.7)
    assert.is(marks.length, shown.length)
    for (const [i, { sample }] of marks.entries()) assert.ok(Math.abs(sample - 360 * shown[i].seconds) < 5, `beat ${i}`)
    assert.is(marks.filter(({ symbol }) => symbol === 'V').length, result.beats.V)
    assert.ok(list.some(({ symbol, aux }) => symbol === '"' && aux.startsWith('alarm ventricular-tachycardia high')))
    assert.ok(list.some(({ symbol, aux }) => symbol === '+' && (aux === '(VT' || aux === '(VFL')))
    const events = eventsOf(out)
    for (const event of events) assert.equal(Object.keys(event), ['time', 'kind', 'priority', 'value', 'rule'])
    assert.ok(events.some(({ rule, kind }) => rule === 'pause' && kind === 'alarm'))
    assert.is(result.alarmCounts.pause, 1)
    assert.ok(result.memory.length === 1 && result.memory[0] > 30, String(result.memory))
    const page = readFileSync(join(out, 'summary.html'), 'utf8')
    assert.match(page, /Ventricular tachycardia at 0:00:4\d/)
    assert.not.match(page, /NaN|undefined|https?:\/\//)
  }))

test('killed in the middle (kill -9): what was written reads, and a resumed run ends like one that was not cut off', () =>
  inFolder(async dir => {
    const path = madeRecord(dir)
    const [whole, cut] = [join(dir, 'whole'), join(dir, 'cut')]
    assert.is(runHolter(['monitor', path, '--speed', 'max', '--out', whole]).status, 0)
    const { child, ended } = startHolter(['monitor', path, '--speed', '6', '--out', cut])
    const checkpoint = () => {
      try {
        return JSON.parse(readFileSync(join(cut, 'made.checkpoint.json'), 'utf8')).sample as number
      } catch {
        return 0
      }
    }
    assert.ok(await waitUntil(() => checkpoint() > 0, 30_000))
    child.kill('SIGKILL')
    await ended
    assert.ok(readAnnotations(join(cut, 'made.hol')).list.length > 10)
    const resumed = runHolter(['monitor', path, '--speed', 'max', '--out', cut, '--resume'])
    assert.is(resumed.status, 0, resumed.stderr)
    for (const file of ['made.hol', 'events.jsonl'])
      assert.ok(readFileSync(join(whole, file)).equals(readFileSync(join(cut, file))), file)
  }))

test('a full disk: the heart is watched to its end, the problem said, what was written stays readable', () =>
  inFolder(async dir => {
    const path = madeRecord(dir)
    const out = join(dir, 'out')
    const child = spawn(
      'bash',
      ['-c', `ulimit -f 1; exec ${process.execPath} tools/holter.mjs monitor ${path} --speed max --out ${out}`],
      {
        env: { ...process.env, NO_COLOR: '1', TMPDIR: dir },
      },
    )
    let said = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      said += text
    })
    const status = await new Promise(resolve => child.on('close', resolve))
    assert.is(status, 1, said)
    assert.match(said, /cannot be written|compile failed/)
  }))

test('what cannot be monitored is one sentence', () => {
  const refused = (args: readonly string[], code: number, sentence: RegExp) => {
    const { status, stderr } = runHolter(['monitor', ...args])
    assert.is(status, code, stderr)
    assert.match(stderr, sentence)
  }
  refused(['no-such-record'], 1, /no-such-record: the file is missing/)
  refused(['udp:192.0.2.1:9000'], 2, /it is no address of this machine alone/)
  refused(['-', '--leads', 'I'], 1, /the sample rate is not known/)
})

test('a network of something else is refused before a file is written', () =>
  inFolder(dir => {
    const out = join(dir, 'out')
    const { status, stderr } = runHolter(['monitor', madeRecord(dir), '--model', 'ecg-tiny', '--out', out])
    assert.is(status, 1)
    assert.match(stderr, /got ptbxl-superclass, 0 numbers, expected mitbih-aami, 10 numbers, from "log RR before/)
    assert.not.ok(existsSync(out))
  }))

test.run()
