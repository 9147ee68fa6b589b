import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Peak, TWaves } from '../../src-ts/monitor/t-waves.ts'

const test = suite('monitor/t-waves')

const RR = 300
const beat = (i: number): Peak => ({ at: RR * i, height: 1000, sharpness: 800, width: 40 })
const wave = (i: number, differently: Partial<Peak> = {}): Peak => ({
  at: RR * i + 120,
  height: 500,
  sharpness: 300,
  width: 60,
  ...differently,
})

/** Plays beats of which some have a peak behind them; returns what was said of each such peak. */
function said(behind: readonly (Partial<Peak> | undefined)[]): boolean[] {
  const waves = new TWaves()
  return behind.flatMap((differently, i) => {
    waves.takeBeat(beat(i))
    return differently === undefined ? [] : [waves.take(wave(i, differently))]
  })
}

test('a T wave is known when three of the last eight beats had one like it', () => {
  const T = {}
  assert.equal(said([T, T, T, T, T]), [false, false, false, true, true])
  assert.equal(said([T, T, T, ...new Array(5).fill(undefined), T]), [false, false, false, true])
  assert.equal(
    said([T, T, T, ...new Array(6).fill(undefined), T]),
    [false, false, false, false],
    'the first is too old',
  )
})

test('a peak that is high, sharp, narrow, late or unlike the others is none', () => {
  const last = (differently: Partial<Peak>) => said([{}, {}, {}, {}, differently]).at(-1)
  assert.is(last({ height: 650 }), true)
  assert.is(last({ height: 651 }), false)
  assert.is(last({ sharpness: 520 }), false)
  assert.is(last({ width: 51 }), false)
  assert.is(last({ at: 4 * RR + 160 }), true)
  assert.is(last({ at: 4 * RR + 161 }), false, 'its delay is not that of the others')
  assert.is(last({ height: 350 }), false, 'nor its height')
  const late = { at: 4 * RR + 181 }
  assert.is(last(late), false)
})

test('behind no beat there is no T wave; a gap does not unlearn the habit', () => {
  const waves = new TWaves()
  assert.is(waves.take(wave(0)), false)
  for (let i = 0; i < 4; i++) {
    waves.takeBeat(beat(i))
    waves.take(wave(i))
  }
  waves.restart()
  assert.is(waves.take(wave(4)), false)
  waves.takeBeat(beat(5))
  assert.is(waves.take(wave(5)), true)
})

test.run()
