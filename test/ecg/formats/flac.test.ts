import { execFileSync } from 'node:child_process'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readPhysical } from '../../../src-ts/ecg/formats/wfdb-record.ts'
import { physical, type ReadOptions, readRecord } from '../../../src-ts/ecg/formats/wfdb-signals.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { random } from '../../../src-ts/random.ts'
import { python, skip } from '../../helpers/environment.ts'
import { flacStream } from '../../helpers/flac-file.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'
import { compareWithWfdb } from '../../helpers/wfdb-peer.ts'

const name = 'ecg/flac'
const test = suite(name)
const peer = python()
const FORMATS = [
  [508, 8],
  [516, 16],
  [524, 24],
] as const
/** Damaged streams: some hundreds, or 10⁴ with HOLTER_LONG=1. */
const MUTANTS = process.env.HOLTER_LONG ? 10_000 : 600

/** Samples over the whole range of a size, its ends among them, in a row and alternating. */
function drawn(bits: number, channels: number, length: number): number[][] {
  const stream = random(bits, channels, length)
  const [least, most] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
  const corners = [least, most, 0, -1, 1, 255, 256, -256].filter(value => value >= least && value <= most)
  return Array.from({ length: channels }, () =>
    Array.from({ length }, (_, i) => {
      if (i % 200 > 150) return corners[stream.integer(corners.length)]
      return i % 200 > 100 ? corners[channels % corners.length] : least + stream.integer(2 ** bits)
    }),
  )
}

/** Writes a header for a FLAC file that is there; `frames` '' leaves the length out. */
function writeHeader(dir: string, channels: number, layout: string, frames: number | '') {
  const lines = Array.from({ length: channels }, (_, i) => `r.dat ${layout} 200/mV 0 0 0 0 0 S${i}`)
  const path = join(dir, 'r.hea')
  writeFileSync(path, [`r ${channels} 100 ${frames}`, ...lines, ''].join('\n').replaceAll(' 0 0 0 0 0 ', ' '))
  return path
}

async function write(dir: string, bits: number, channels: readonly (readonly number[])[], layout = `${500 + bits}`) {
  writeFileSync(join(dir, 'r.dat'), await flacStream(bits, channels))
  return writeHeader(dir, channels.length, layout, channels[0].length)
}

const read = (path: string, options: ReadOptions = {}) => readRecord(path, options).digital.map(signal => [...signal])

const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    assert.instance(error, HolterError)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

for (const [format, bits] of FORMATS) {
  test(`format ${format}: every sample exactly, whole and in ranges, of 1 to 8 channels and any length`, () =>
    inFolder(async dir => {
      for (const channels of [1, 2, 3, 8]) {
        for (const length of [1, 2, 17, 4096, 4097, 9000]) {
          const truth = drawn(bits, channels, length)
          const path = await write(dir, bits, truth)
          assert.equal(read(path), truth)
          const range = [length >> 1, (length >> 1) + Math.ceil(length / 3)] as const
          assert.equal(
            read(path, { range }),
            truth.map(signal => signal.slice(...range)),
          )
        }
      }
      assert.ok(Number.isNaN(physical({ format, gain: 1, baseline: 0 } as never, Int32Array.of(-(2 ** (bits - 1))))[0]))
    }))
}

test('samples per frame, skew, an offset in samples, a length that only the stream knows', () =>
  inFolder(async dir => {
    const truth = drawn(16, 2, 60)
    await write(dir, 16, truth)
    assert.equal(read(writeHeader(dir, 2, '516x3', 20)), truth)
    assert.equal(
      read(writeHeader(dir, 2, '516x3', 20), { range: [4, 6] }),
      truth.map(x => x.slice(12, 18)),
    )
    assert.equal(
      read(writeHeader(dir, 2, '516+10', 50)),
      truth.map(x => x.slice(10)),
    )
    assert.equal(read(writeHeader(dir, 2, '516:5', 60), { range: [50, 57] })[0], [
      ...truth[0].slice(55),
      -32768,
      -32768,
    ])
    assert.equal(read(writeHeader(dir, 2, '516', '')), truth)
    assert.equal(
      read(writeHeader(dir, 2, '516x2', ''), { range: [3, 5] }),
      truth.map(x => x.slice(6, 10)),
    )
    assert.match(
      refusal(() => read(writeHeader(dir, 2, '516x7', ''))),
      /holds no whole frames/,
    )
  }))

test('smaller samples than the format has, as the WFDB library allows; larger ones not', () =>
  inFolder(async dir => {
    const truth = drawn(16, 1, 50)
    assert.equal(read(await write(dir, 16, truth, '524')), truth)
    assert.match(
      refusal(() => read(writeHeader(dir, 1, '508', 50))),
      /r\.dat: the samples of the FLAC stream have another size \(got 16 bits, expected 8\)/,
    )
  }))

test('a FLAC file as a segment', () =>
  inFolder(async dir => {
    await write(dir, 16, [[200, -400, 600]])
    writeFileSync(join(dir, 'm.hea'), 'm/3 1 100 8\nr 3\n~ 2\nr 3\n')
    const { values } = readPhysical(join(dir, 'm'), { range: [1, 7] }).signals[0]
    assert.equal([...values], [-2, 3, Number.NaN, Number.NaN, 1, -2])
  }))

test('what does not fit the header, is cut off or damaged: file, got, expected', () =>
  inFolder(async dir => {
    const truth = drawn(16, 2, 9000)
    const path = await write(dir, 16, truth)
    const bytes = readFileSync(join(dir, 'r.dat'))
    const refused = (channels: number, frames: number, layout = '516', options: ReadOptions = {}) =>
      refusal(() => read(writeHeader(dir, channels, layout, frames), options))
    assert.match(refused(3, 9000), /r\.dat: .* another number of channels \(got 2, expected 3\)\. The file is cut off/)
    assert.match(refused(2, 9001), /the FLAC stream is shorter than its header says \(got 9000, expected 9001\)/)
    assert.match(refused(2, 9001, '516', { range: [0, 1] }), /shorter than its header says \(got 9000, expected 9001\)/)
    assert.match(refused(2, 8999), /the FLAC stream is longer than its header says \(got 9000, expected 8999\)/)
    assert.match(refused(2, 9000, '516', { range: [5, 9001] }), /no such range of samples/)
    writeHeader(dir, 2, '516', 9000)
    writeFileSync(path, readFileSync(path, 'utf8').replace('516', '516x2'))
    assert.match(
      refusal(() => read(path)),
      /have to have one number of samples per frame/,
    )
    writeHeader(dir, 2, '516', 9000)
    truncateSync(join(dir, 'r.dat'), bytes.length - 100)
    assert.match(
      refusal(() => read(path)),
      /r\.dat: the FLAC stream is (damaged|shorter than its header says)/,
    )
    for (const contents of ['', 'fLaC', 'RIFF....WAVE', bytes.subarray(0, 30)]) {
      writeFileSync(join(dir, 'r.dat'), contents)
      assert.match(
        refusal(() => read(path)),
        /r\.dat: (this is no FLAC stream|the FLAC stream is)/,
      )
    }
    const wrongSum = Buffer.from(bytes)
    wrongSum[30] ^= 1
    writeFileSync(join(dir, 'r.dat'), wrongSum)
    assert.match(
      refusal(() => read(path)),
      /differ from the MD5 sum of the FLAC stream/,
    )
    assert.equal(read(path, { checksum: false }), truth)
  }))

test('mutated streams: the samples that went in, or one line; never slow', () =>
  inFolder(async dir => {
    const truth = [drawn(16, 2, 500), drawn(24, 1, 4200), drawn(8, 3, 40)]
    const seeds = await Promise.all(truth.map((signals, i) => flacStream([16, 24, 8][i], signals, 256)))
    const stream = random(3)
    const count = { read: 0, refused: 0 }
    for (let i = 0; i < MUTANTS; i++) {
      const k = i % seeds.length
      const mutant = Buffer.from(seeds[k])
      for (let left = 1 + stream.integer(3); left > 0; left--) {
        const at = stream.integer(stream.integer(2) ? 64 : mutant.length)
        mutant[at] = stream.integer(2) ? stream.integer(256) : mutant[at] ^ (1 << stream.integer(8))
      }
      writeFileSync(join(dir, 'r.dat'), i % 7 ? mutant : mutant.subarray(0, stream.integer(mutant.length)))
      const path = writeHeader(dir, truth[k].length, `${[516, 524, 508][k]}`, truth[k][0].length)
      const start = process.cpuUsage()
      try {
        assert.equal(read(path), truth[k], `mutant ${i} was read, and differs`)
        count.read++
      } catch (error) {
        if (!(error instanceof HolterError)) throw error
        assert.match(error.message, /^\[ecg\] \S*r\.dat: [^\n]+\.$/)
        count.refused++
      }
      // In time of this process and its threads: others may be busy.
      const { user, system } = process.cpuUsage(start)
      assert.ok(user + system < 1e6, `mutant ${i} took ${(user + system) / 1000} ms`)
    }
    assert.ok(count.read > 0 && count.refused > 0, JSON.stringify(count))
  }))

if (!peer) skip(name, 'files that wfdb wrote', 'the PyPI package wfdb is missing (npm run setup)')
else {
  test('files that wfdb wrote, several samples per frame among them: equal to what wfdb reads', () =>
    inFolder(dir => {
      const script = `
import sys, numpy as np, wfdb
draw = np.random.default_rng(5)
for bits in (8, 16, 24):
    for channels, frames, per in ((1, 1, 1), (2, 50, 3), (8, 9000, 1)):
        low = -(2 ** (bits - 1))
        signals = [draw.integers(low, -low, frames * per) for _ in range(channels)]
        record = wfdb.Record(record_name=f"r{bits}_{channels}", n_sig=channels, fs=100, sig_len=frames, fmt=[str(500 + bits)] * channels,
            file_name=[f"r{bits}_{channels}.dat"] * channels, adc_gain=[200.0] * channels, baseline=[3] * channels, units=["mV"] * channels,
            adc_res=[bits] * channels, adc_zero=[0] * channels, block_size=[0] * channels, sig_name=[f"S{i}" for i in range(channels)],
            samps_per_frame=[per] * channels, e_d_signal=signals, init_value=[int(s[0]) for s in signals],
            checksum=[int(s.sum() % 65536) for s in signals], byte_offset=[None] * channels, skew=[None] * channels)
        record.wrheader(write_dir=sys.argv[1])
        record.wr_dats(expanded=True, write_dir=sys.argv[1])
        print(f"{sys.argv[1]}/{record.record_name}")
`
      const paths = execFileSync(peer, ['-c', script, dir], { encoding: 'utf8' }).trim().split('\n')
      assert.is(compareWithWfdb(peer, paths), 3 * (1 + 2 * 150 + 8 * 9000))
    }))
}

test.run()
