import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseAhaAnnotations } from '../../../src-ts/ecg/formats/aha-annotations.ts'
import { STANDARD_SYMBOLS } from '../../../src-ts/ecg/formats/annotation-codes.ts'
import { type Annotation, parseAnnotations, readAnnotations } from '../../../src-ts/ecg/formats/wfdb-annotations.ts'
import { encodeAnnotations, writeAnnotations } from '../../../src-ts/ecg/formats/write-annotations.ts'
import { ecgDataDir, python, skip } from '../../helpers/environment.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'

const name = 'ecg/wfdb-annotations'
const test = suite(name)
const peer = python()
const dataDir = ecgDataDir()
const words = (...values: number[]) => new Uint8Array(values.flatMap(value => [value & 255, (value >> 8) & 255]))
const word = (code: number, value: number) => (code << 10) | value

/** Compares every field of every annotation with what the PyPI package wfdb reads; returns their number. */
function compare(paths: readonly string[]): number {
  const script = fileURLToPath(new URL('../../helpers/annotations-peer.py', import.meta.url))
  const answer = execFileSync(peer!, [script], { input: paths.join('\n'), encoding: 'utf8', maxBuffer: 1 << 28 })
  const lines = answer.trim().split('\n')
  let compared = 0
  for (const [index, path] of paths.entries()) {
    const truth = JSON.parse(lines[index])
    const { list } = readAnnotations(path)
    for (const field of ['sample', 'code', 'symbol', 'subtype', 'channel', 'number', 'aux'] as const) {
      assert.equal(
        list.map(annotation => annotation[field]),
        truth[field],
        `${path}: ${field}`,
      )
    }
    compared += list.length
  }
  return compared
}

if (!peer || !dataDir) {
  skip(name, 'all 48 MIT-BIH records', 'needs ECG_DATA_DIR with mitdb, and the PyPI package wfdb (npm run setup)')
} else {
  test('all 48 MIT-BIH records: every field of all 112,647 annotations equals that of wfdb', () => {
    const dir = join(dataDir, 'mitdb')
    const records = readFileSync(join(dir, 'RECORDS'), 'utf8').split('\n').filter(Boolean)
    assert.is(compare(records.map(record => join(dir, `${record}.atr`))), 112_647)
  })

  test('MIT-BIH files written again are the same annotations to wfdb', () =>
    inFolder(dir => {
      const paths = ['100', '207', '232'].map(record => {
        const path = join(dir, `${record}.atr`)
        writeAnnotations(path, readAnnotations(join(dataDir, 'mitdb', `${record}.atr`)).list)
        assert.equal(readAnnotations(path), readAnnotations(join(dataDir, 'mitdb', `${record}.atr`)))
        return path
      })
      assert.ok(compare(paths) > 5000)
    }))
}

const arbitrary = fc.record({
  sample: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2 ** 33 })),
  code: fc.constantFrom(...STANDARD_SYMBOLS.flatMap((symbol, code) => (symbol ? [code] : []))),
  subtype: fc.integer({ min: -128, max: 127 }),
  channel: fc.integer({ min: 0, max: 255 }),
  number: fc.integer({ min: -128, max: 127 }),
  aux: fc.array(fc.integer({ min: 33, max: 255 }), { maxLength: 255 }).map(codes => String.fromCharCode(...codes)),
})

const withSymbol = (annotation: Omit<Annotation, 'symbol'>) => ({
  ...annotation,
  symbol: STANDARD_SYMBOLS[annotation.code] ?? `[${annotation.code}]`,
})

test('what is written is read back, in order, with rate and custom codes', () => {
  const definitions = [{ code: 42, symbol: 'xx', description: 'a code of our own' }]
  fc.assert(
    fc.property(fc.array(arbitrary), list => {
      const bytes = encodeAnnotations(list, 'memory', { resolutionHz: 250.5, definitions })
      const read = parseAnnotations(bytes, 'memory')
      const sorted = list.slice().sort((a, b) => a.sample - b.sample || a.channel - b.channel)
      assert.equal(read, { list: sorted.map(withSymbol), resolutionHz: 250.5, definitions })
    }),
  )
  const own = parseAnnotations(encodeAnnotations([{ sample: 9, symbol: 'xx' }], 'm', { definitions }), 'm')
  assert.equal([own.list[0].code, own.list[0].symbol], [42, 'xx'])
})

if (!peer) skip(name, 'written files read by wfdb', 'needs the PyPI package wfdb (npm run setup)')
else {
  test('random files that are written here are the same to wfdb', () =>
    inFolder(dir => {
      const paths: string[] = []
      // wfdb reads any note at sample 0 as a definition, so that the files begin later.
      const later = fc.array(arbitrary, { minLength: 1 }).map(list => list.map(a => ({ ...a, sample: a.sample + 1 })))
      for (const [i, list] of fc.sample(later, { numRuns: 20, seed: 1 }).entries()) {
        paths.push(join(dir, `r${i}.atr`))
        writeAnnotations(paths[i], list, { resolutionHz: 360 })
      }
      compare(paths)
    }))
}

test('words of the format: skips of both signs, bridges, values that hold and values that do not', () => {
  const bytes = words(
    ...[word(59, 0), 1, 0x86a0, word(1, 5), word(61, 255), word(62, 1), word(60, 254), word(63, 3), 0x4241, 0x0043],
    ...[word(0, 1000), word(59, 0), 0xffff, 0xfff6, word(5, 0), 0],
  )
  assert.equal(parseAnnotations(bytes, 'memory').list, [
    { sample: 100_005, code: 1, symbol: 'N', subtype: -1, channel: 1, number: -2, aux: 'ABC' },
    { sample: 100_995, code: 5, symbol: 'V', subtype: 0, channel: 1, number: -2, aux: '' },
  ])
})

test('a note at sample 0 that defines nothing stays', () => {
  const bytes = encodeAnnotations([{ sample: 0, symbol: '"', aux: 'calibrated' }], 'memory')
  assert.is(parseAnnotations(bytes, 'memory').list[0].aux, 'calibrated')
})

const brokenDefinition = () => {
  const bytes = Buffer.from(encodeAnnotations([], '', { definitions: [{ code: 42, symbol: 'x', description: 'y' }] }))
  bytes.write('q', bytes.indexOf('42 x y'))
  return bytes
}

for (const [problem, bytes, message] of [
  ['no end mark', words(word(1, 5)), /cut\.atr, byte 2: the annotations end without their end mark\. Fetch/],
  ['nothing at all', words(), /byte 0: the annotations end without their end mark/],
  ['half a word', new Uint8Array([1, 4, 0]), /byte 2: the annotations end without/],
  ['a text that is cut', words(word(1, 5), word(63, 9), 0), /byte 2: the text .* cut off \(got 2, expected 9\)/],
  ['an extra word first', words(word(62, 1), 0), /byte 0: .* cannot begin with this word \(got code 62/],
  ['a sample below 0', words(word(59, 0), 0xffff, 0, word(1, 0), 0), /byte 6: an annotation lies outside every record/],
  ['bytes behind the end', words(word(1, 5), 0, 0, 7), /byte 6: there are bytes behind the end mark/],
  ['a broken definition', brokenDefinition(), /the definition of a code cannot be read \(got "q2 x y"/],
] as const) {
  test(`refused: ${problem}`, () => assert.throws(() => parseAnnotations(bytes, 'cut.atr'), message))
}

test('what the format cannot hold is not written', () =>
  inFolder(dir => {
    const path = join(dir, 'x.atr')
    for (const [bad, message] of [
      [{ sample: -1, code: 1 }, /sample of an annotation does not fit the format \(got -1/],
      [{ sample: 1, code: 50 }, /code .* \(got 50/],
      [{ sample: 1, symbol: 'no such' }, /code .* \(got NaN/],
      [{ sample: 1, code: 1, aux: 'x'.repeat(256) }, /text length .* \(got 256/],
      [{ sample: 1, code: 1, aux: '€' }, /expected Latin-1/],
      [{ sample: 1, code: 1, subtype: 128 }, /subtype/],
    ] as const) {
      assert.throws(() => writeAnnotations(path, [bad]), message)
      assert.throws(() => readFileSync(path), /ENOENT/)
    }
  }))

test("AHA letters have the codes that the WFDB library's ammap gives them, others none", () => {
  const letters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  const bytes = new Uint8Array(
    letters.flatMap(letter => [0, letter.charCodeAt(0), 0, 0, 1, 0, 1, ...new Array(9).fill(0)]),
  )
  const codes = parseAhaAnnotations(bytes, 'memory').map(({ code }, i) => [letters[i], code] as const)
  // lib/ecgmap.h: VESC, FUSION, NORMAL, NOTE, PACE, UNKNOWN, RONT, NOISE, PVC, VFON, VFOFF by their numbers in ecgcodes.h.
  const expected = { E: 10, F: 6, N: 1, O: 22, P: 12, Q: 13, R: 41, U: 14, V: 5, '[': 32, ']': 33 }
  assert.equal(Object.fromEntries(codes.filter(([, code]) => code !== 0)), expected)
})

test('AHA files: letters, PDP-11 times, unreadable noise, text, end', () => {
  const record = (letter: string, ticks: number, serial: number, subtype: number, aux = '') => [
    ...[0, letter.charCodeAt(0), (ticks >> 16) & 255, ticks >>> 24, ticks & 255, (ticks >> 8) & 255],
    ...[serial & 255, serial >> 8, subtype, 0, ...Buffer.from(aux.padEnd(6, '\0'))],
  ]
  const bytes = new Uint8Array([
    ...record('N', 400, 1, 0),
    ...record('U', 0x12345678, 2, 0, 'noise'),
    ...record('R', 0x12345680, 3, 4),
    ...new Array(16).fill(255),
  ])
  const [normal, noise, ront] = parseAhaAnnotations(bytes, 'memory')
  assert.equal(normal, { sample: 400, code: 1, symbol: 'N', subtype: 0, channel: 0, number: 0, aux: '' })
  assert.equal([noise.sample, noise.symbol, noise.subtype, noise.aux], [0x12345678, '~', -1, 'noise'])
  assert.equal([ront.symbol, ront.subtype], ['r', 4])
  assert.is(parseAhaAnnotations(bytes, 'memory', 4)[0].sample, 100)
  assert.throws(() => parseAhaAnnotations(bytes.subarray(0, 20), 'a.ano'), /a\.ano, byte 16: an annotation is cut off/)
  assert.throws(() => parseAhaAnnotations(new Uint8Array(16), 'a.ano'), /no file of AHA annotations/)
})

test.run()
