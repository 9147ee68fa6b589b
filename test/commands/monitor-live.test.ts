import { createSocket } from 'node:dgram'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writePacket } from '../../src-ts/monitor/sources/udp-packet.ts'
import { startHolter } from '../helpers/holter-process.ts'
import { inFolder } from '../helpers/wfdb-files.ts'
import { eventsOf, madeLeads } from '../monitor/made-recording.ts'

const test = suite('commands/monitor-live')

test('rows on stdin, with names and missing samples', () =>
  inFolder(async dir => {
    const { child, ended } = startHolter(['monitor', '-', '--rate', '360', '--units', 'uV', '--out', dir, '--json'])
    const rows = Array.from(madeLeads[0], (value, i) =>
      i > 360 * 20 && i < 360 * 23 ? ',nan' : `${value},${madeLeads[1][i]}`,
    )
    child.stdin!.end(`MLII,V5\n${rows.join('\n')}\n`)
    const { status, stdout, stderr } = await ended
    assert.is(status, 0, stderr)
    const result = JSON.parse(stdout)
    assert.equal(result.leads, ['MLII', 'V5'])
    assert.is(result.gaps, 1)
    assert.ok(Math.abs(result.gapSeconds - 3) < 0.05)
    const wrong = startHolter(['monitor', '-', '--rate', '360'])
    wrong.child.stdin!.end('1,2\n3,x\n')
    const { status: code, stderr: sentence } = await wrong.ended
    assert.is(code, 1)
    assert.match(sentence, /\[ecg\] stdin: line 2 holds something that is no number \(got x\)/)
  }))

test('datagrams: duplicates and strangers go, lost ones and other rates are gaps', () =>
  inFolder(async dir => {
    const port = 20_000 + (process.pid % 20_000)
    const { child, ended } = startHolter([
      'monitor',
      `udp:${port}`,
      '--leads',
      'MLII,V5',
      '--out',
      dir,
      '--json',
      '--for',
      '60',
    ])
    const socket = createSocket('udp4')
    const send = (bytes: Uint8Array) => new Promise(resolve => socket.send(bytes, port, '127.0.0.1', resolve))
    const packet = (first: number, sampleRateHz = 360) => {
      const frames = Int32Array.from({ length: 2 * 36 }, (_, i) => madeLeads[i % 2][first + (i >> 1)])
      return writePacket({ sampleRateHz, leads: 2, first, frames })
    }
    // Nobody knows when it listens: strangers are refused until then.
    for (let i = 0; i < 40 && child.exitCode === null; i++) {
      await send(packet(0))
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    for (let first = 0; first < 60 * 360 && child.exitCode === null; first += 36) {
      if (first >= 20 * 360 && first < 22 * 360) continue
      await send(packet(first))
      if (first % 360 === 0) await send(packet(first))
      if (first === 3600) await send(Buffer.from('hello'))
      if (first === 7200 - 36) await send(packet(first, 500))
      if (first % 1800 === 0) await new Promise(resolve => setTimeout(resolve, 20))
    }
    socket.close()
    const { status, stdout, stderr } = await ended
    assert.is(status, 0, stderr)
    const result = JSON.parse(stdout)
    const gaps = eventsOf(dir).filter(({ kind }) => kind === 'gap')
    assert.ok(
      gaps.some(({ value }) => value > 1.9 && value < 2.2),
      JSON.stringify(gaps),
    )
    assert.equal(result.alarmCounts.asystole, undefined)
    assert.equal(result.alarmCounts.pause, undefined)
  }))

test.run()
