import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readHeader } from '../../../src-ts/ecg/formats/wfdb-header.ts'
import { lacksChecksums, physical, readRecord } from '../../../src-ts/ecg/formats/wfdb-signals.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { inFolder, writeRecord } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/formats/wfdb-signals')

const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    assert.instance(error, HolterError)
    return (error as HolterError).message
  }
  throw new Error('nothing was refused')
}

const ramp = (length: number, from = 0) => Array.from({ length }, (_, i) => from + ((i * 7) % 50))
const three = [{ digital: ramp(10) }, { digital: ramp(10, -30) }, { digital: ramp(10, 5), name: 'V5' }]

for (const format of [8, 16, 24, 32, 61, 80, 160, 212, 310, 311]) {
  test(`format ${format}: signals, checksums, initial values`, () =>
    inFolder(dir => {
      const { digital, frames } = readRecord(writeRecord(dir, 'r', format, three))
      assert.is(frames, 10)
      assert.equal(
        digital.map(signal => [...signal]),
        three.map(signal => signal.digital),
      )
    }))
}

test('several samples per frame, a byte offset, a path without extension', () =>
  inFolder(dir => {
    const signals = [
      { digital: ramp(12), perFrame: 2 },
      { digital: ramp(6, -9) },
      { digital: ramp(18, 3), perFrame: 3 },
    ]
    writeRecord(dir, 'r', 212, signals, { offset: 5 })
    const { digital, frames } = readRecord(join(dir, 'r'))
    assert.is(frames, 6)
    assert.equal(
      digital.map(signal => [...signal]),
      signals.map(signal => signal.digital),
    )
  }))

test('two signal files in one record', () =>
  inFolder(dir => {
    writeRecord(dir, 'a', 16, [{ digital: [1, 2] }, { digital: [5, 6] }])
    writeRecord(dir, 'b', 80, [{ digital: [3, 4] }])
    writeFileSync(join(dir, 'r.hea'), 'r 3 100 2\na.dat 16\nb.dat 80\na.dat 16\n')
    assert.equal(
      readRecord(join(dir, 'r.hea')).digital.map(signal => [...signal]),
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    )
  }))

test('skew moves a signal, and what lacks at its end is invalid', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 16, [{ digital: ramp(6), skew: 2 }, { digital: ramp(6) }])
    const { header, digital } = readRecord(path)
    assert.equal([...digital[0]], [...ramp(6).slice(2), -32768, -32768])
    assert.equal([...digital[1]], ramp(6))
    assert.equal([...physical(header.signals[0], digital[0]).slice(4)], [Number.NaN, Number.NaN])
  }))

test('an invalid sample is NaN, every other one (sample − baseline) / gain', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 16, [{ digital: [-32768, -32767, 5, 32767], gain: '1000(5)/mV 16 0' }])
    const { header, digital } = readRecord(path)
    assert.equal([...physical(header.signals[0], digital[0])], [Number.NaN, -32.772, 0, 32.762])
  }))

test('gain 0 is the default gain', () =>
  inFolder(dir => {
    const { header, digital } = readRecord(writeRecord(dir, 'r', 16, [{ digital: [100], gain: '0/mV 16 0' }]))
    assert.equal([...physical(header.signals[0], digital[0])], [0.5])
  }))

test('without a length in the header the file decides, and checksums mean nothing', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 16, three)
    for (const length of ['', ' 0']) {
      writeFileSync(
        path,
        readFileSync(path, 'utf8')
          .replace(/^r 3 100.*/, `r 3 100${length}`)
          .replaceAll(' 0 S', ' 1 S'),
      )
      assert.is(readRecord(path).frames, 10)
    }
    truncateSync(join(dir, 'r.dat'), 58)
    assert.match(
      refusal(() => readRecord(path)),
      /does not end with a whole frame \(got 58 bytes, expected 54 for 3 signals × 9/,
    )
    truncateSync(join(dir, 'r.dat'), 0)
    assert.match(
      refusal(() => readRecord(path)),
      /r\.dat: the signal file holds no samples/,
    )
  }))

test('padding to a whole block is not "longer than the header says"', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 212, [{ digital: [1, 2, 3] }])
    writeFileSync(join(dir, 'r.dat'), Buffer.concat([readFileSync(join(dir, 'r.dat')), Buffer.alloc(1)]))
    assert.equal([...readRecord(path).digital[0]], [1, 2, 3])
  }))

test('a cut file, a long file, a lying header: file, size, expected size, hint', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 16, three)
    const lie = (line: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(/^r .*/, line))
    truncateSync(join(dir, 'r.dat'), 33)
    const cut = refusal(() => readRecord(path))
    assert.match(
      cut,
      /^\[ecg\] .*r\.dat: the signal file is shorter than its header says \(got 33 bytes, expected 60 for 3 signals × 10 samples in format 16\)\. Fetch the file again/,
    )
    writeRecord(dir, 'r', 16, three)
    lie('r 3 100 9')
    assert.match(
      refusal(() => readRecord(path)),
      /longer than its header says \(got 60 bytes, expected 54 .*or states the wrong length/,
    )
    lie('r 3 100 999999999999999')
    const begin = performance.now()
    assert.match(
      refusal(() => readRecord(path)),
      /shorter than its header says \(got 60 bytes/,
    )
    assert.ok(performance.now() - begin < 500)
  }))

test('checksums of 0 throughout say that none were computed, as in CinC 2017', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 16, three)
    const header = readFileSync(path, 'utf8')
    const without = (times: number) => {
      let left = times
      writeFileSync(
        path,
        header.replace(/^(r\.dat \S+ \S+ \d+ -?\d+ -?\d+) \d+/gm, (line, start) => (left-- > 0 ? `${start} 0` : line)),
      )
    }
    without(3)
    assert.is(readRecord(path).frames, 10)
    assert.ok(lacksChecksums(readHeader(path)))
    without(1)
    assert.match(
      refusal(() => readRecord(path)),
      /the sum of the samples differs .*expected 0\)/,
    )
  }))

test('damaged samples: file, signal, got, expected; and a way to read them all the same', () =>
  inFolder(dir => {
    const path = writeRecord(dir, 'r', 16, three)
    const bytes = readFileSync(join(dir, 'r.dat'))
    bytes[59] ^= 1
    writeFileSync(join(dir, 'r.dat'), bytes)
    assert.match(
      refusal(() => readRecord(path)),
      /r\.dat, signal 2 \(V5\): the sum of the samples differs from the header's checksum \(got \d+, expected \d+\)/,
    )
    assert.is(readRecord(path, { checksum: false }).digital[2][9], three[2].digital[9] ^ 256)
    bytes[0] ^= 1
    writeFileSync(join(dir, 'r.dat'), bytes)
    assert.match(
      refusal(() => readRecord(path)),
      /signal 0 \(S0\): the first sample differs from the header's initial value \(got 1, expected 0\)/,
    )
  }))

test('files that are missing or no files', () =>
  inFolder(dir => {
    assert.match(
      refusal(() => readRecord(join(dir, 'x'))),
      /x\.hea: the file is missing/,
    )
    writeFileSync(join(dir, 'r.hea'), 'r 1 100 10\nr.dat 16')
    assert.match(
      refusal(() => readRecord(join(dir, 'r'))),
      /r\.dat: the file is missing\. Fetch it again/,
    )
    mkdirSync(join(dir, 'r.dat'))
    assert.match(
      refusal(() => readRecord(join(dir, 'r'))),
      /r\.dat: this is not a regular file/,
    )
    writeFileSync(join(dir, 'n.hea'), 'r 1 100 10\nr.\0dat 16')
    assert.match(
      refusal(() => readRecord(join(dir, 'n'))),
      /n\.hea, byte 13: the text holds a NUL byte/,
    )
    assert.match(
      refusal(() => readRecord('\0')),
      /cannot be read/,
    )
  }))

test('a pipe is refused and not waited for', () =>
  inFolder(dir => {
    if (process.platform === 'win32') return
    writeFileSync(join(dir, 'r.hea'), 'r 1 100 10\nr.dat 16')
    execFileSync('mkfifo', [join(dir, 'r.dat')])
    assert.match(
      refusal(() => readRecord(join(dir, 'r'))),
      /this is not a regular file/,
    )
  }))

test('what cannot be read is named', () =>
  inFolder(dir => {
    const read = (text: string) => {
      writeFileSync(join(dir, 'r.hea'), text)
      return refusal(() => readRecord(join(dir, 'r')))
    }
    assert.match(read('r/2 1 100 20\na 10\nb 10'), /the record consists of 2 segments\. Read a single segment/)
    assert.match(read('r 0 100 10'), /the record has no signals/)
    assert.match(read('r 1 100 10\nr.dat 17'), /no such signal format \(got 17, expected 8, 16, 24, .* 516, 524\)/)
    assert.match(read('r 1 100 10\n~ 0'), /belongs into a layout segment/)
    assert.match(read('r 2 100 10\nr.dat 16\nr.dat 212'), /one format and byte offset \(got 212\+0 beside 16\+0\)/)
    writeRecord(dir, 'r', 8, [{ digital: [1, 2, 3], skew: 1 }])
    assert.match(
      refusal(() => readRecord(join(dir, 'r'))),
      /format 8 has no value for the samples that a skew leaves open/,
    )
  }))

test('mutated headers and files: a record of the stated size or one HolterError, never slow, never large', () =>
  inFolder(dir => {
    const headers = [8, 16, 212, 310].map(format => {
      const path = writeRecord(dir, `f${format}`, format, [
        { digital: ramp(30), perFrame: 2 },
        { digital: ramp(15, -3) },
      ])
      copyFileSync(join(dir, `f${format}.dat`), join(dir, `f${format}.orig`))
      return { format, path, text: readFileSync(path, 'utf8'), data: readFileSync(join(dir, `f${format}.dat`)) }
    })
    const edit = fc.record({
      at: fc.nat(200),
      cut: fc.nat(4),
      put: fc.oneof(
        fc.string({ maxLength: 3 }),
        fc.constantFrom('0', '-1', '99999999999', 'x9', ':3', '+7', '/', '16', '32', '\n'),
      ),
    })
    const begin = performance.now()
    fc.assert(
      fc.property(
        fc.constantFrom(...headers),
        fc.array(edit, { maxLength: 3 }),
        fc.nat(120),
        fc.boolean(),
        (file, edits, size, checksum) => {
          writeFileSync(
            file.path,
            edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), file.text),
          )
          writeFileSync(join(dir, `f${file.format}.dat`), size % 3 ? file.data : file.data.subarray(0, size))
          try {
            const { header, frames, digital } = readRecord(file.path, { checksum })
            for (const [i, signal] of header.signals.entries())
              assert.is(digital[i].length, frames * signal.samplesPerFrame)
            assert.ok(digital.reduce((sum, signal) => sum + signal.length, 0) <= 2 * file.data.length)
          } catch (error) {
            if (!(error instanceof HolterError)) throw error
          }
        },
      ),
      { numRuns: 1500 },
    )
    assert.ok(performance.now() - begin < 30_000)
  }))

test.run()
