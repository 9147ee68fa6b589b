import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BEAT_CLASSES } from '../../../src-ts/ecg/beats/beat-classes.ts'
import { type MadeBeat, madeFibrillation, madeSickSinus } from '../../../src-ts/ecg/beats/made-rhythm.ts'
import { random } from '../../../src-ts/random.ts'

const test = suite('ecg/beats/made-rhythm')

/** A record of normal beats with each of the other classes now and then. */
const classes = Array.from({ length: 3000 }, (_, i) => (i % 10 === 9 ? 1 + (Math.floor(i / 10) % 4) : 0))
const named = (beats: readonly MadeBeat[], name: string) =>
  beats.filter(({ label }) => label !== undefined && BEAT_CLASSES[label] === name)
const intervals = (beats: readonly MadeBeat[]) => beats.slice(1).map(({ seconds }, i) => seconds - beats[i].seconds)

test('fibrillation has every beat of the record, at intervals that foretell nothing; only N and V have labels', () => {
  const beats = madeFibrillation(classes, random(1))
  assert.equal(
    beats.map(({ like }) => like),
    [...classes.keys()],
  )
  assert.is(named(beats, 'N').length, 2700)
  assert.is(named(beats, 'V').length, 75)
  assert.is(beats.filter(({ label }) => label === undefined).length, 225)
  const logs = intervals(beats.slice(0, 300)).map(Math.log)
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length
  const along = logs.slice(1).reduce((sum, log, i) => sum + (log - mean) * (logs[i] - mean), 0) / logs.length
  assert.ok(Math.sqrt(variance) > 0.1 && Math.sqrt(variance) < 0.4, `${Math.sqrt(variance)}`)
  assert.ok(Math.abs(along / variance) < 0.2, `${along / variance}`)
  assert.ok(Math.min(...intervals(beats)) > 0.27)
})

test('sick sinus has the normal beats of the record: early ones after short intervals, and pauses behind them', () => {
  const beats = madeSickSinus(classes, random(2))
  assert.ok(beats.every(({ like }) => classes[like] === 0))
  assert.is(beats.length, 2700)
  const [early, slow] = [named(beats, 'S'), named(beats, 'N')]
  const shown = early.length + slow.length
  assert.ok(shown > 0.08 * beats.length && shown < 0.12 * beats.length, `${shown}`)
  assert.ok(early.length > 0.1 * shown && early.length < 0.9 * shown, `${early.length} of ${shown}`)
  const stretch = beats.slice(0, 300)
  const before = (name: string) => intervals(stretch).filter((_, i) => named([stretch[i + 1]], name).length > 0)
  assert.ok(Math.max(...before('S')) < Math.min(...before('N')))
})

test('the same stream makes the same rhythm', () => {
  assert.equal(madeSickSinus(classes, random(5)), madeSickSinus(classes, random(5)))
  assert.equal(madeFibrillation([], random(5)), [])
})

test.run()
