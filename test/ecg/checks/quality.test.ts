import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { leadQuality, type QualityKind, recordQuality } from '../../../src-ts/ecg/checks/quality.ts'
import { locateMitBih, openMitBih } from '../../../src-ts/ecg/datasets/mit-bih.ts'
import { locatePtbXl, readSuperclasses } from '../../../src-ts/ecg/datasets/ptb-xl-labels.ts'
import { readPhysical } from '../../../src-ts/ecg/formats/wfdb-record.ts'
import { random } from '../../../src-ts/random.ts'
import { ecgDataDir, skip } from '../../helpers/environment.ts'
import { madeEcg } from '../../helpers/made-ecg.ts'

const name = 'ecg/quality'
const test = suite(name)
const good = madeEcg(10).signal
const between = (signal: Float64Array, fromS: number, toS: number, value: number) =>
  signal.slice().fill(value, 250 * fromS, 250 * toS)
const stream = random(2)
const noise = (mv: number) => good.map(x => x + mv * stream.normal())
/** `missing`: tolerated; `missing!`: it makes the lead unusable. */
const found = (signal: Float64Array, rate = 250) =>
  leadQuality('I', signal, rate).findings.map(({ kind, unusable }) => `${kind}${unusable ? '!' : ''}`)

test('finds nothing wrong with a good lead, at every usual rate', () => {
  for (const rate of [100, 125, 250, 360, 500, 1000])
    assert.equal(found(madeEcg(10, rate).signal, rate), [], `${rate} Hz`)
})

const cases: [what: string, signal: Float64Array, expected: string[]][] = [
  ['a twentieth missing', between(good, 4, 4.5, Number.NaN), ['missing']],
  ['a fifth missing', between(good, 4, 6, Number.NaN), ['missing!']],
  ['all missing', between(good, 0, 10, Number.NaN), ['missing!']],
  ['no samples', new Float64Array(0), ['missing!']],
  ['flat for a second', between(good, 4, 5, 0), ['flat']],
  ['flat for three seconds', between(good, 4, 7, 0), ['flat!']],
  ['a dead line', between(good, 0, 10, 0.1), ['flat!']],
  ['a dead line with a bit of noise', Float64Array.from(good, () => 0.004 * stream.normal()), ['flat!']],
  ['a rail for a second', between(good, 4, 5, 5), ['saturated', 'wander']],
  ['a rail for three seconds', between(good, 4, 7, -5), ['saturated!']],
  ['a rail for eight seconds', between(good, 1, 9, 5), ['lead-off!']],
  ['an electrode that hangs free', good.map(x => x - 320), ['lead-off!']],
  ['an electrode with the usual offset', good.map(x => x - 200), []],
  ['some noise of muscles', noise(0.08), ['noisy']],
  ['noise alone', Float64Array.from(good, () => stream.normal()), ['noisy!']],
  ['a slow wave', good.map((x, i) => x + Math.sin(i / 250)), ['wander']],
]
for (const [what, signal, expected] of cases) {
  test(`${what}: ${expected.join(', ') || 'nothing'}`, () => assert.equal(found(signal), expected))
}

test('sign and offset change no verdict', () => {
  const damaged = cases.map(([, signal]) => signal).filter(signal => Math.abs(signal[0]) < 10)
  const any = fc.constantFrom(good, ...damaged)
  fc.assert(
    // Quarters, so that equal samples stay equal.
    fc.property(any, fc.integer({ min: -400, max: 400 }), (signal, quarters) => {
      assert.equal(found(signal.map(x => -x)), found(signal))
      assert.equal(found(signal.map(x => x + quarters / 4)), found(signal))
    }),
    { numRuns: 40 },
  )
})

test('a window taken a little later gets the same verdict', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), fc.constantFrom(0.02, 2), (start, mv) => {
      const long = madeEcg(30, 250, 4, mv).signal
      // Strong white noise has a slow part too, now above and now below the limit of wander.
      assert.equal(
        found(long.slice(start, start + 2500)).filter(kind => kind !== 'wander'),
        mv > 1 ? ['noisy!'] : [],
      )
    }),
    { numRuns: 30 },
  )
})

test('a record may lack a quarter of its leads, and says why it cannot be classified', () => {
  const record = (bad: number) =>
    new Map(Array.from({ length: 12 }, (_, i) => [`L${i}`, i < bad ? new Float64Array(2500) : good]))
  assert.ok(recordQuality(record(3), 250).classifiable)
  const { classifiable, reason } = recordQuality(record(4), 250)
  assert.not.ok(classifiable)
  assert.is(reason, '4 of 12 leads are unusable: L0 flat, L1 flat, L2 flat, L3 flat')
  assert.match(recordQuality(record(0), 10).reason ?? '', /^10 Hz are too few/)
  assert.is(recordQuality(new Map(), 250).reason, 'there are no leads')
  assert.is(recordQuality(new Map([['I', good.slice(0, 300)]]), 250).reason, '1.2 s are too short, 2 s are the least')
})

const dir = ecgDataDir()
const ptbXl = dir && locatePtbXl(dir)
const overPtbXl = 'PTB-XL, folds 1 to 9: almost every record is classifiable'
if (!ptbXl) skip(name, overPtbXl, 'ECG_DATA_DIR names no folder with PTB-XL')
else {
  test(overPtbXl, () => {
    const records = readSuperclasses(ptbXl, ['CD', 'HYP', 'MI', 'NORM', 'STTC']).records
    const chosen = records.filter(({ fold }, i) => fold < 10 && i % 40 === 0)
    const counts = new Map<QualityKind, number>()
    for (const { path100 } of chosen) {
      const { signals } = readPhysical(`${ptbXl}/${path100}`)
      const { classifiable, leads, reason } = recordQuality(new Map(signals.map(s => [s.name, s.values])), 100)
      assert.ok(classifiable, `${path100}: ${reason}`)
      for (const { findings } of leads) {
        for (const { kind, unusable } of findings) if (unusable) counts.set(kind, 1 + (counts.get(kind) ?? 0))
      }
    }
    // Over all 3,774 records 136 of 45,288 leads were unusable, and one record not classifiable.
    const unusable = [...counts.values()].reduce((a, b) => a + b, 0)
    assert.ok(unusable <= 0.01 * 12 * chosen.length, `${unusable} unusable leads in ${chosen.length} records`)
  })
}

const overMitBih = 'MIT-BIH: the clean record 100 is good, the second lead of 101 is not'
const mitBih = dir && locateMitBih(dir)
if (!mitBih) skip(name, overMitBih, 'ECG_DATA_DIR names no folder with MIT-BIH records')
else {
  test(overMitBih, () => {
    const [clean, noisy] = openMitBih(mitBih, ['100', '101']).map(record => [...record.leads()])
    for (let start = 0; start + 3600 <= 650_000; start += 36_000) {
      const [lead, signal] = clean[0]
      assert.equal(leadQuality(lead, signal.slice(start, start + 3600), 360).findings, [], `${start}`)
    }
    const starts = Array.from({ length: 18 }, (_, i) => i * 36_000)
    const unusable = starts.filter(start => !leadQuality('V1', noisy[1][1].slice(start, start + 3600), 360).usable)
    assert.ok(unusable.length > 6, `${unusable.length} of 18`)
  })
}

test.run()
