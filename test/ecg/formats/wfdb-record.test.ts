import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readPhysical } from '../../../src-ts/ecg/formats/wfdb-record.ts'
import { readRecord } from '../../../src-ts/ecg/formats/wfdb-signals.ts'
import { writeRecord } from '../../../src-ts/ecg/formats/write-record.ts'
import { python, skip } from '../../helpers/environment.ts'
import { inFolder, writeRecord as writeSamples } from '../../helpers/wfdb-files.ts'
import { compareWithWfdb } from '../../helpers/wfdb-peer.ts'

const name = 'ecg/wfdb-record'
const test = suite(name)
const peer = python()
const count = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i)

/** A record of variable layout: 5 samples of both signals, a gap of 3, then 4 of the second signal alone at another gain. */
function writeVariable(dir: string): string {
  writeSamples(dir, 's1', 16, [
    { digital: count(5, 10), name: 'II', gain: '100/mV 16 0' },
    { digital: count(5, 20), name: 'V', gain: '200/mV 16 0' },
  ])
  writeSamples(dir, 's2', 212, [{ digital: count(4, 30), name: 'V', gain: '400/mV 12 0' }])
  writeFileSync(join(dir, 'layout.hea'), 'layout 2 100 0\n~ 0 200/mV 16 0 0 0 0 II\n~ 0 200/mV 16 0 0 0 0 V\n')
  writeFileSync(join(dir, 'm.hea'), 'm/4 2 100 12\nlayout 0\ns1 5\n~ 3\ns2 4\n')
  return join(dir, 'm')
}

const values = (path: string, range?: readonly [number, number]) =>
  readPhysical(path, { range }).signals.map(signal => [...signal.values])

test('variable layout: signals by name, own gains, gaps and missing signals as NaN; ranges', () =>
  inFolder(dir => {
    const path = writeVariable(dir)
    const gap = [Number.NaN, Number.NaN, Number.NaN]
    const ii = [0.1, 0.11, 0.12, 0.13, 0.14, ...gap, ...new Array(4).fill(Number.NaN)]
    const v = [0.1, 0.105, 0.11, 0.115, 0.12, ...gap, 0.075, 0.0775, 0.08, 0.0825]
    assert.equal(values(path), [ii, v])
    for (let from = 0; from < 12; from++) {
      for (let to = from + 1; to <= 12; to++)
        assert.equal(
          values(path, [from, to]),
          [ii, v].map(x => x.slice(from, to)),
        )
    }
    assert.equal(
      readPhysical(path).signals.map(signal => signal.name),
      ['II', 'V'],
    )
  }))

test('fixed layout, several samples per frame', () =>
  inFolder(dir => {
    for (const [i, segment] of ['a', 'b'].entries()) {
      writeSamples(dir, segment, 16, [
        { digital: count(8, 100 * i), perFrame: 2, name: 'II' },
        { digital: count(4, 50 + 100 * i), name: 'RESP' },
      ])
    }
    writeFileSync(join(dir, 'm.hea'), 'm/2 2 100 8\na 4\nb 4\n')
    const steps = (x: number[]) => x.map(value => value / 200)
    assert.equal(values(join(dir, 'm'), [3, 6]), [steps([6, 7, 100, 101, 102, 103]), steps([53, 150, 151])])
  }))

test('segments that do not fit are refused', () =>
  inFolder(dir => {
    const path = writeVariable(dir)
    const change = (file: string, from: string, to: string) => {
      writeVariable(dir)
      writeFileSync(join(dir, file), readFileSync(join(dir, file), 'utf8').replace(from, to))
      try {
        readPhysical(path)
      } catch (error) {
        return (error as Error).message
      }
      return 'nothing was refused'
    }
    assert.match(change('s2.hea', '0 V', '0 X'), /m\.hea: segment s2 has a signal that the layout lacks \(got X\)/)
    assert.match(change('s2.hea', '/mV', '/uV'), /segment s2, V: other units \(got uV, expected mV\)/)
    assert.match(change('s2.hea', ' 100 4', ' 250 4'), /segment s2 has another sample rate \(got 250, expected 100\)/)
    assert.match(change('s2.hea', ' 100 4', ' 100 3'), /segment s2 has another length .* \(got 3, expected 4\)/)
    assert.match(change('m.hea', 's2 4', 's3 4'), /s3\.hea: the file is missing/)
    assert.match(change('m.hea', 's2 4', 'm 4'), /segment m has segments itself/)
    assert.match(change('m.hea', 'm/4 2 100 12', 'm/4 2 100 11'), /the length differs from the sum of its segments/)
    writeVariable(dir)
    assert.throws(
      () => readPhysical(path, { range: [3, 13] }),
      /no such range of samples \(got 3 to 13, expected a part of 0 to 12/,
    )
    assert.throws(() => readRecord(join(dir, 's1'), { range: [2, 2] }), /s1\.dat: the record has no such range/)
  }))

test('ranges of every format equal the same part of the whole', () =>
  inFolder(dir => {
    for (const format of [8, 16, 24, 32, 61, 80, 160, 212, 310, 311]) {
      const perFrame = format === 8 ? 1 : 2
      const signals = [
        { digital: count(11 * perFrame, -9), perFrame },
        { digital: count(11, 3), skew: format === 8 ? 0 : 2 },
      ]
      const path = writeSamples(dir, `r${format}`, format, signals, { offset: 5 })
      const whole = readRecord(path).digital
      for (let from = 0; from < 11; from++) {
        for (let to = from + 1; to <= 11; to++) {
          const part = readRecord(path, { range: [from, to] })
          assert.is(part.frames, to - from)
          assert.equal(
            [...part.digital[0]],
            [...whole[0].subarray(from * perFrame, to * perFrame)],
            `${format} ${from} ${to}`,
          )
          assert.equal([...part.digital[1]], [...whole[1].subarray(from, to)], `${format} ${from} ${to}`)
        }
      }
    }
  }))

test('a range touches only its own bytes: what is cut behind is still an error, what is damaged before is not read', () =>
  inFolder(dir => {
    const path = writeSamples(dir, 'r', 16, [{ digital: count(100) }])
    const bytes = readFileSync(join(dir, 'r.dat'))
    bytes.fill(0xff, 0, 20)
    writeFileSync(join(dir, 'r.dat'), bytes)
    assert.throws(() => readRecord(path), /differs from the header/)
    assert.equal([...readRecord(path, { range: [10, 13] }).digital[0]], [10, 11, 12])
    writeFileSync(join(dir, 'r.dat'), bytes.subarray(0, 150))
    assert.throws(() => readRecord(path, { range: [10, 13] }), /shorter than its header says/)
  }))

test('written records are read back: every step, NaN, names, rate', () =>
  inFolder(dir => {
    const value = fc.oneof(
      fc.integer({ min: -2047, max: 2047 }).map(x => x / 200),
      fc.constant(Number.NaN),
    )
    const signal = fc.array(value, { minLength: 7, maxLength: 7 })
    fc.assert(
      fc.property(
        fc.array(signal, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(16 as const, 212 as const),
        (all, format) => {
          const signals = all.map((x, i) => ({ name: `lead ${i}`, values: Float64Array.from(x), gain: 200 }))
          writeRecord(dir, 'w', { sampleRateHz: 257.5, signals, comments: ['69 M'] }, format)
          const read = readPhysical(join(dir, 'w'))
          assert.equal([read.header.sampleRateHz, read.header.comments], [257.5, ['69 M']])
          assert.equal(
            read.signals.map(x => [x.name, ...x.values]),
            signals.map(x => [x.name, ...x.values]),
          )
        },
      ),
      { numRuns: 40 },
    )
  }))

test('what cannot be written leaves nothing behind', () =>
  inFolder(dir => {
    const signals = [{ name: 'II', values: new Float64Array([0, 20]) }]
    const write = (record: object, format: 16 | 212 = 16) =>
      writeRecord(dir, 'w', { sampleRateHz: 100, signals, ...record }, format)
    const gained = [{ ...signals[0], gain: 1000 }]
    assert.throws(
      () => write({ signals: gained }, 212),
      /sample 1 of signal II does not fit .*got 20 mV × 1000, expected at most 2047/,
    )
    assert.throws(
      () => write({ signals: [{ name: 'II', values: new Float64Array([Number.POSITIVE_INFINITY]) }] }),
      /does not fit/,
    )
    assert.throws(() => write({ sampleRateHz: 0 }), /the sample rate is no rate/)
    assert.throws(() => write({ signals: [] }), /without samples/)
    assert.throws(() => write({ comments: ['a\nb'] }), /on one line/)
    assert.throws(() => writeRecord(dir, '../w', { sampleRateHz: 100, signals }), /cannot be the name of a record/)
    assert.equal(execFileSync('ls', [dir], { encoding: 'utf8' }), '')
  }))

if (!peer) skip(name, 'against wfdb', 'the PyPI package wfdb is missing (npm run setup)')
else {
  test('written records and segments are the same to wfdb', () =>
    inFolder(dir => {
      const wave = Float64Array.from(count(999), i => (i % 97 === 0 ? Number.NaN : Math.sin(i / 7)))
      const signals = [
        { name: 'II', values: wave },
        { name: 'V1', values: wave.map(x => 3 * x + 1), baseline: -7 },
      ]
      for (const format of [16, 212] as const) writeRecord(dir, `w${format}`, { sampleRateHz: 360, signals }, format)
      assert.is(compareWithWfdb(peer, [join(dir, 'w16'), join(dir, 'w212')]), 4 * 999)
      const path = writeVariable(dir)
      const script = `import wfdb,sys,json; r=wfdb.rdrecord(sys.argv[1]); print(json.dumps([[None if x!=x else x for x in c] for c in r.p_signal.T.tolist()]))`
      const truth = JSON.parse(execFileSync(peer, ['-c', script, path], { encoding: 'utf8' }))
      assert.equal(
        values(path).map(x => x.map(value => (Number.isNaN(value) ? null : value))),
        truth,
      )
    }))
}

test.run()
