import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseHeader } from '../../../src-ts/ecg/formats/wfdb-header.ts'
import { HolterError } from '../../../src-ts/errors.ts'

const test = suite('ecg/formats/wfdb-header')

const message = (text: string): string => {
  try {
    parseHeader(text, 'r.hea')
  } catch (error) {
    assert.instance(error, HolterError)
    return (error as HolterError).message
  }
  throw new Error(`accepted: ${text}`)
}

const PTB_XL = `00001_lr 12 100 1000
00001_lr.dat 16 1000.0(0)/mV 16 0 -119 1508 0 I
00001_lr.dat 16 1000.0(0)/mV 16 0 -55 723 0 II
`.replace(' 12 ', ' 2 ')

test('a header as PTB-XL has it', () => {
  const header = parseHeader(PTB_XL, 'r.hea')
  assert.equal(header, {
    record: '00001_lr',
    sampleRateHz: 100,
    counterRateHz: 100,
    counterBase: 0,
    frames: 1000,
    time: undefined,
    date: undefined,
    signals: [['I', -119, 1508] as const, ['II', -55, 723] as const].map(([description, initialValue, checksum]) => ({
      file: '00001_lr.dat',
      format: 16,
      samplesPerFrame: 1,
      skewFrames: 0,
      byteOffset: 0,
      gain: 1000,
      baseline: 0,
      units: 'mV',
      adcBits: 16,
      adcZero: 0,
      initialValue,
      checksum,
      blockBytes: 0,
      description,
    })),
    segments: [],
    comments: [],
  })
})

test('every default', () => {
  const header = parseHeader('r 1\nr.dat 212', 'r.hea')
  assert.is(header.sampleRateHz, 250)
  assert.is(header.counterRateHz, 250)
  assert.is(header.frames, undefined)
  assert.equal(header.signals[0], {
    file: 'r.dat',
    format: 212,
    samplesPerFrame: 1,
    skewFrames: 0,
    byteOffset: 0,
    gain: 200,
    baseline: 0,
    units: 'mV',
    adcBits: 12,
    adcZero: 0,
    initialValue: undefined,
    checksum: undefined,
    blockBytes: 0,
    description: '',
  })
})

test('every field', () => {
  const text = [
    '# before',
    '',
    'r_1-a 2 360.5/25.25(-3.5) 650000 12:30:05.25 01/02/1990\r',
    '  a.dat\t24x4:3+512  -2e2(17)/uV 11 1024 -7 -1508 512 a lead  with spaces \r',
    'b.dat 8 0 0 5',
    '#<age>: 69',
  ].join('\n')
  const header = parseHeader(text, 'r.hea')
  assert.is(header.sampleRateHz, 360.5)
  assert.is(header.counterRateHz, 25.25)
  assert.is(header.counterBase, -3.5)
  assert.is(header.frames, 650000)
  assert.is(header.time, '12:30:05.25')
  assert.is(header.date, '01/02/1990')
  assert.equal(header.comments, ['before', '<age>: 69'])
  const [a, b] = header.signals
  assert.equal(
    [a.format, a.samplesPerFrame, a.skewFrames, a.byteOffset, a.gain, a.baseline, a.units],
    [24, 4, 3, 512, -200, 17, 'uV'],
  )
  assert.equal([a.adcBits, a.adcZero, a.initialValue, a.checksum, a.blockBytes], [11, 1024, -7, 64028, 512])
  assert.is(a.description, 'a lead  with spaces')
  // Gain 0 is "uncalibrated", the baseline follows the ADC zero, 0 bits mean the format's default.
  assert.equal([b.gain, b.baseline, b.adcZero, b.adcBits], [200, 5, 5, 10])
})

test('a date in another form is kept, not refused', () => {
  assert.is(parseHeader('r 0 100 10 10:00 2011-03-01', 'r.hea').date, '2011-03-01')
})

test('a length of 0 is left to the signal file', () => {
  assert.is(parseHeader('r 1 100 0\nr.dat 16', 'r.hea').frames, undefined)
})

test('a description may follow where a writer left numbers out', () => {
  const [signal] = parseHeader('r 1 100 10\nr.dat 16 1000/mV 16 0 -161 54603 AVR', 'r.hea').signals
  assert.equal([signal.checksum, signal.blockBytes, signal.description], [54603, 0, 'AVR'])
})

test('a multi-segment record', () => {
  const { segments, frames, signals } = parseHeader('r/3 2 100 60\nlayout 0\nr_1 40\n~ 20', 'r.hea')
  assert.equal(segments, [
    { record: 'layout', frames: 0 },
    { record: 'r_1', frames: 40 },
    { record: '~', frames: 20 },
  ])
  assert.is(frames, 60)
  assert.equal(signals, [])
  assert.is(parseHeader('r/1 2\na 40', 'r.hea').frames, 40)
})

for (const [what, text, expected] of [
  ['nothing', '', '[ecg] r.hea: the header is empty (expected a record line'],
  ['comments only', '# x\n', 'the header is empty'],
  ['no number of signals', 'r', 'r.hea line 1: the number of signals is missing'],
  ['a bad number of signals', 'r x 100', 'line 1: the number of signals is not a whole number (got "x"'],
  ['a negative number', 'r -1', 'the number of signals is too small (got "-1", expected at least 0)'],
  ['a bad rate', 'r 0 fast', 'the sample rate is not a number (got "fast"'],
  ['rate 0', 'r 0 0', 'the sample rate is not positive (got "0", expected more than 0 Hz)'],
  ['an endless rate', 'r 0 1e999', 'the sample rate is not a number'],
  ['a bad length', 'r 0 100 1.5', 'the number of samples is not a whole number (got "1.5"'],
  ['an absurd length', `r 0 100 ${'9'.repeat(30)}`, 'the number of samples is not a whole number'],
  ['too few lines', 'r 12 100 10\nr.dat 16', 'the header declares 12 signals, one line each (got 1, expected 12)'],
  ['too many lines', 'r 1 100 10\nr.dat 16\nr.dat 16', '(got 2, expected 1)'],
  ['a wrong sum', 'r/2 1 100 50\na 20\nb 20', 'the length differs from the sum of its segments (got 50, expected 40)'],
  ['segments of no number', 'r/0 1', 'the number of segments is too small'],
  ['a bad segment', 'r/1 1\n../a 4', 'line 2: this cannot be the name of a segment (got "../a"'],
  ['no format', 'r 1\nr.dat', 'line 2: the format is missing (got "the end of the line"'],
  ['a bad format', 'r 1\nr.dat 16y', 'line 2: the format cannot be read (got "16y", expected such as 16'],
  ['no samples per frame', 'r 1\nr.dat 16x0', 'the number of samples per frame is too small'],
  ['a path', 'r 1\n../../etc/passwd 16', 'cannot be the name of a signal file'],
  ['a folder', 'r 1\n.. 16', 'cannot be the name of a signal file'],
  ['a bad gain', 'r 1\nr.dat 16 NaN/mV', 'the gain is not a number (got "NaN"'],
  ['a bad baseline', 'r 1\nr.dat 16 200(x)/mV', 'the baseline is not a whole number (got "x"'],
  ['an open bracket', 'r 1\nr.dat 16 200(3/mV', 'the gain cannot be read'],
  ['a bad checksum', 'r 1\nr.dat 16 200/mV 16 0 5 7.5 0 I', 'the checksum is not a whole number (got "7.5"'],
  ['a long field', `r 1 ${'1'.repeat(100_000)}`, 'a field is too long'],
] as const) {
  test(`refuses ${what}`, () => {
    const got = message(text)
    assert.ok(got.includes(expected), got)
    assert.ok(got.length < 300 && !got.includes('\n'), got)
  })
}

/** A text with some of its characters changed, removed or doubled. */
const mutated = (text: string) =>
  fc
    .array(
      fc.record({
        at: fc.nat(text.length),
        cut: fc.nat(6),
        put: fc.oneof(
          fc.string({ unit: 'binary', maxLength: 4 }),
          fc.constantFrom('0', '-', '/', '(', ')', ' ', '\n', '9999999999', 'x', ':', '+', '.', '~', '#', 'e9'),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map(edits => edits.reduce((now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut), text))

test('mutated headers: a header or one HolterError, and quickly', () => {
  const seeds = [
    PTB_XL,
    'r/3 2 100 60\nlayout 0\nr_1 40\n~ 20\n',
    'a 1 360/25(3) 10 1:2:3 1/1/1990\na.dat 212x2:3+4 200(5)/mV 11 1024 995 -22131 0 MLII\n',
  ]
  const begin = performance.now()
  fc.assert(
    fc.property(fc.oneof(...seeds.map(mutated), fc.string({ unit: 'binary', maxLength: 200 })), text => {
      try {
        const header = parseHeader(text, 'r.hea')
        assert.ok(header.sampleRateHz > 0 && (header.frames === undefined || header.frames > 0))
        for (const signal of header.signals) assert.ok(signal.gain !== 0 && signal.samplesPerFrame >= 1)
      } catch (error) {
        if (!(error instanceof HolterError)) throw error
      }
    }),
    { numRuns: 3000 },
  )
  assert.ok(performance.now() - begin < 20_000)
})

test.run()
