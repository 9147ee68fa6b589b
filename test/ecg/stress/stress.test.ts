import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { stresses } from '../../../src-ts/ecg/stress/index.ts'
import type { StressedRecord } from '../../../src-ts/ecg/stress/stress.ts'
import { random } from '../../../src-ts/random.ts'

const test = suite('ecg/stress')

const RATE = 360
/** A beat a second, narrow and 1 mV high, of which every fifth is ventricular; flat between. */
function record(): StressedRecord {
  const beats = Array.from({ length: 60 }, (_, i) => RATE * (i + 1))
  const lead = new Float64Array(62 * RATE)
  for (const beat of beats) for (let k = -8; k <= 8; k++) lead[beat + k] = 1 - Math.abs(k) / 8
  const annotations = beats.map((sample, i) => ({
    sample,
    symbol: i % 5 === 4 ? 'V' : 'N',
    aux: '',
    code: 0,
    subtype: 0,
    channel: 0,
    number: 0,
  }))
  return { id: '100', annotations, leads: new Map([['MLII', lead]]), sampleRateHz: RATE }
}

/** What a stress makes of it: what it was, the change of each sample, and the samples. */
function stressed(name: string) {
  const before = record()
  const [lead] = before.leads.values()
  const untouched = lead.slice()
  const after = stresses.find(each => each.name === name)!.change!(before, random(3))
  assert.equal(lead, untouched, 'the argument stays as it is')
  assert.equal(after.annotations, before.annotations, 'the truth stays known')
  const [out] = after.leads.values()
  return { before, out, change: out.map((value, i) => value - lead[i]) }
}

/** Where a stretch is highest. */
function top(values: Float64Array, from: number, to: number): number {
  let best = from
  for (let i = from; i < to; i++) if (values[i] > values[best]) best = i
  return best
}

test('tall-p: a wave in front of every beat, always as far and as high', () => {
  const { before, change } = stressed('tall-p')
  const tops = before.annotations.map(({ sample }) => top(change, sample - 90, sample))
  const ahead = tops.map((at, i) => before.annotations[i].sample - at)
  assert.ok(ahead[0] >= 0.12 * RATE - 1 && ahead[0] <= 0.2 * RATE + 1, String(ahead[0]))
  assert.ok(ahead.every(each => each === ahead[0]))
  assert.ok(change[tops[0]] > 0.14 && change[tops[0]] < 0.4, String(change[tops[0]]))
})

test('tall-t: a wave behind every beat, with the root of the interval', () => {
  const { before, change } = stressed('tall-t')
  const delays = before.annotations.slice(0, -1).map(({ sample }) => top(change, sample, sample + 200) - sample)
  assert.ok(delays[0] >= 0.26 * RATE - 1 && delays[0] <= 0.42 * RATE + 1, String(delays[0]))
  assert.ok(delays.every(each => each === delays[0]))
})

test('paced: a spike 80 ms before every beat, normal ones become wide with a T wave the other way, ventricular ones stay', () => {
  const { before, out, change } = stressed('paced')
  for (const [i, { sample, symbol }] of before.annotations.entries()) {
    if (i === 0 || i > 57) continue
    const sizes = change.map(Math.abs)
    const spike = top(sizes, sample - 34, sample - 27)
    assert.ok(sizes[spike] - Math.max(sizes[spike - 1], sizes[spike + 1]) > 0.2, `spike of beat ${i}`)
    const half = sample + 12
    if (symbol === 'V') {
      assert.is(change[half], 0, `beat ${i}`)
      continue
    }
    const sign = Math.sign(out[sample])
    assert.ok(sign * out[half] > 0.5 * sign * out[sample], `beat ${i} is wide`)
    assert.ok(
      Math.min(...out.slice(sample + 80, sample + 160).map(value => sign * value)) < -0.1,
      `beat ${i} has its T`,
    )
  }
})

test.run()
