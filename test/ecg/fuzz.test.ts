import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAhaAnnotations } from '../../src-ts/ecg/formats/aha-annotations.ts'
import { parseEcgCsv, parseEcgNpy } from '../../src-ts/ecg/formats/ecg-table.ts'
import { parseEdf } from '../../src-ts/ecg/formats/edf.ts'
import { parseAnnotations } from '../../src-ts/ecg/formats/wfdb-annotations.ts'
import { readPhysical } from '../../src-ts/ecg/formats/wfdb-record.ts'
import { encodeAnnotations } from '../../src-ts/ecg/formats/write-annotations.ts'
import { HolterError } from '../../src-ts/errors.ts'
import { writeNpy } from '../../src-ts/npy.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { edfFile } from '../helpers/edf-file.ts'
import { encode, inFolder, writeRecord } from '../helpers/wfdb-files.ts'

const test = suite('ecg/fuzz')
/** Mutants of each kind of file: some thousands in all, or 10⁵ with HOLTER_LONG=1. */
const RUNS = process.env.HOLTER_LONG ? 20_000 : 700
const LIMIT_MS = 1000
/** What a reader may hold for a file of a few hundred bytes; half a gigabyte is the largest single array that it grants. */
const LIMIT_BYTES = 1.2 * 2 ** 30

const INTERESTING = [
  '0',
  '-1',
  '~',
  '65536',
  '99999999',
  '2147483648',
  '1e308',
  'nan',
  '/',
  ' ',
  '\n',
  ',',
  '\0',
  '÷',
  '.',
  '212',
  '+9',
  ':3',
  'x7',
]

/** Returns a copy with one to four changes: bits flipped, bytes drawn, parts cut, doubled or moved, fields of text put in. */
function mutate(bytes: Uint8Array, stream: Random): Buffer {
  let out = Buffer.from(bytes)
  for (let left = 1 + stream.integer(4); left > 0; left--) {
    const at = stream.integer(out.length + 1)
    const length = Math.min(out.length - at, 1 + stream.integer(12))
    const [before, part, after] = [out.subarray(0, at), out.subarray(at, at + length), out.subarray(at + length)]
    const text = Buffer.from(INTERESTING[stream.integer(INTERESTING.length)], 'latin1')
    const drawn = Buffer.from(Array.from({ length }, () => stream.integer(256)))
    const flipped = Buffer.from(part)
    if (length) flipped[0] ^= 1 << stream.integer(8)
    const choices = [
      [before, flipped, after],
      [before, drawn, after],
      [before],
      [before, after],
      [before, part, part, after],
      [before, text, after],
      [before, text, part, after],
    ]
    out = Buffer.concat(choices[stream.integer(choices.length)])
  }
  return out
}

/** Reads a mutant: what comes back is whole, or one clear line that names the place; in time and in bounds. */
function holds(what: string, bytes: Uint8Array, read: () => number | undefined, known?: number): 'read' | 'refused' {
  const start = process.cpuUsage()
  let outcome: 'read' | 'refused' = 'read'
  try {
    const found = read()
    if (known !== undefined) assert.is(found, known, `${what}: a silent wrong length`)
  } catch (error) {
    const { message } = error as Error
    const mutant = `${what}: ${Buffer.from(bytes).toString('base64').slice(0, 400)}`
    if (!(error instanceof HolterError)) throw new Error(`${mutant}: ${(error as Error).stack}`)
    assert.match(message, /^\[\w+\] \S.*: .+\.$/, mutant)
    assert.ok(message.length < 1200 && !message.includes('\n'), `${mutant}: ${message}`)
    outcome = 'refused'
  }
  // In time of this process: others may be busy.
  const { user, system } = process.cpuUsage(start)
  const ms = (user + system) / 1000
  assert.ok(ms < LIMIT_MS, `${what}: ${ms} ms for ${Buffer.from(bytes).toString('base64').slice(0, 400)}`)
  return outcome
}

/** Runs all mutants of a kind; both outcomes have to occur, or the mutations are too weak or too strong. */
function campaign(what: string, seeds: readonly Uint8Array[], read: (bytes: Buffer) => number | undefined) {
  test(`mutants of ${what}`, () => {
    const stream = random(1, what.length, what.charCodeAt(0))
    const count = { read: 0, refused: 0 }
    for (let i = 0; i < RUNS; i++) {
      const mutant = mutate(seeds[i % seeds.length], stream)
      count[holds(`${what} ${i}`, mutant, () => read(mutant))]++
    }
    const { rss } = process.memoryUsage()
    assert.ok(rss < LIMIT_BYTES, `${rss} bytes are held`)
    assert.ok(count.read > 0 && count.refused > 0, JSON.stringify(count))
  })
}

const annotations = encodeAnnotations(
  [
    { sample: 18, code: 28, aux: '(N' },
    { sample: 77, code: 1, channel: 1, subtype: -1 },
    { sample: 9000, code: 5, number: 3 },
  ],
  '',
  { resolutionHz: 360, definitions: [{ code: 42, symbol: 'x', description: 'own' }] },
)
campaign('annotations', [annotations], bytes => parseAnnotations(bytes, 'mutant').list.length)

const aha = Buffer.alloc(64, 255)
for (const [i, letter] of ['N', 'V'].entries()) {
  aha.fill(0, 16 * i, 16 * (i + 1))
  aha.write(letter, 16 * i + 1)
  aha[16 * i + 4] = 40 * (i + 1)
  aha[16 * i + 6] = i + 1
}
campaign('AHA annotations', [aha], bytes => parseAhaAnnotations(bytes, 'mutant').length)

const edf = (kind: string) =>
  edfFile(
    [
      {
        label: 'II',
        records: [
          [1, 2],
          [3, 4],
        ],
      },
      { label: 'EDF Annotations', words: 12, records: ['+0\x14\x14\0+0.5\x14beat\x14\0', '+3\x14\x14\0'] },
    ],
    { kind },
  )
campaign('EDF', [edf('EDF+C'), edf('EDF+D'), edf('')], bytes => parseEdf(bytes, 'mutant').samples)

const declared = { sampleRateHz: 100, units: 'mV' }
const csv = Buffer.from('I,II\n1,2\n-3.5,"4"\n5e-3,nan\n,6\n')
campaign('CSV', [csv, Buffer.from(csv.toString().replaceAll(',', ';'))], bytes => {
  const { samples, signals, leads } = parseEcgCsv(bytes.toString('utf8'), 'mutant', declared)
  assert.is(signals.length, samples * leads.length)
  return samples
})

const npy = Buffer.from(writeNpy({ shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }))
campaign('.npy', [npy], bytes => parseEcgNpy(bytes, 'mutant', declared).samples)

test('mutants of headers and signal files, of segments and layouts', () =>
  inFolder(dir => {
    const count = { read: 0, refused: 0 }
    const stream = random(9)
    const digital = Array.from({ length: 12 }, (_, i) => 50 * i - 300)
    const formats = [8, 16, 24, 61, 80, 160, 212, 310, 311]
    const files = new Map<string, Uint8Array>()
    for (const format of formats) {
      const samples = format === 8 || format === 80 ? digital.map(x => x / 10) : digital
      writeRecord(dir, `f${format}`, format, [
        { digital: samples, name: 'II' },
        { digital: samples, name: 'V5' },
      ])
    }
    files.set('m', Buffer.from('m/4 2 100 30\nlayout 0\nf16 12\n~ 6\nf212 12\n'))
    writeFileSync(join(dir, 'layout.hea'), 'layout 2 100 0\n~ 0 200/mV 12 0 0 0 0 II\n~ 0 200/mV 12 0 0 0 0 V5\n')
    mkdirSync(join(dir, 'sub'))
    for (let i = 0; i < RUNS; i++) {
      const format = formats[i % formats.length]
      const name = i % 5 === 4 ? 'm' : `f${format}`
      const interleaved = digital.flatMap(x => (format === 80 ? [x / 10, x / 10] : [x, x]))
      const header =
        files.get(name) ??
        Buffer.from(
          `${name} 2 100 12\n${['II', 'V5'].map(lead => `${name}.dat ${format} 200/mV 12 0 0 0 0 ${lead}\n`).join('')}`,
        )
      const mutant = mutate(header, stream)
      writeFileSync(join(dir, `${name}.hea`), mutant)
      if (name !== 'm' && i % 3 === 0) {
        const data = format === 8 ? interleaved.map(x => x & 255) : encode(format, interleaved)
        writeFileSync(join(dir, `${name}.dat`), mutate(Uint8Array.from(data), stream))
      }
      const read = () => {
        const { frames, signals } = readPhysical(join(dir, name), { checksum: i % 2 === 0 })
        for (const { values, samplesPerFrame } of signals) assert.is(values.length, frames * samplesPerFrame)
        return frames
      }
      count[holds(`${name} ${i}`, mutant, read)]++
    }
    assert.ok(count.read > 0 && count.refused > 0, JSON.stringify(count))
  }))

test.run()
