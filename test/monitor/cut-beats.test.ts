import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { beatClass } from '../../src-ts/ecg/beats/beat-classes.ts'
import { type MitBihRecord, openMitBih } from '../../src-ts/ecg/datasets/mit-bih.ts'
import { Alarms, type MonitorEvent } from '../../src-ts/monitor/alarms.ts'
import type { BeatNetwork } from '../../src-ts/monitor/beat-network.ts'
import { Monitor } from '../../src-ts/monitor/monitor.ts'
import { readRules } from '../../src-ts/monitor/rules.ts'
import { ecgDataDir, skip } from '../helpers/environment.ts'

// Pauses of more than 4 s made of real hearts: beats are cut out of DS1, the line between them is as noisy as before a P wave, and in a third
// of the pauses the atria go on, in another the mains hum.

const test = suite('monitor/cut-beats')

const RATE_HZ = 360
/** From an R peak to the end of its T wave, and from before a P wave to its R peak. */
const T_END = 150
const P_START = 90
const LENGTHS = [4.05, 4.2, 4.6, 5.5]
const KINDS = ['quiet', 'atria', 'hum'] as const

interface Pause {
  readonly from: number
  readonly to: number
}

/** Cuts beats out of every seventieth on, in all leads; returns the pauses. */
function cutBeats({ annotations }: MitBihRecord, leads: readonly Float64Array[]): Pause[] {
  const beats = annotations.filter(({ symbol }) => beatClass(symbol, 'ml') !== undefined).map(({ sample }) => sample)
  const pauses: Pause[] = []
  for (let i = 60; i < beats.length - 80; i += 70) {
    const from = beats[i]
    const to = beats.find(sample => sample - from > LENGTHS[pauses.length % LENGTHS.length] * RATE_HZ)!
    if (to - from > 7 * RATE_HZ) continue
    for (const lead of leads) silence(lead, from, to, KINDS[pauses.length % KINDS.length])
    pauses.push({ from, to })
  }
  return pauses
}

/** Draws a line from the T wave of the beat at `from` to the P wave of that at `to`, with the noise before the first one's P wave. */
function silence(lead: Float64Array, from: number, to: number, kind: (typeof KINDS)[number]): void {
  const noise = lead.slice(from - 132, from - 108)
  const last = noise.length - 1
  const slope = (noise[last] - noise[0]) / last
  for (const [i, value] of noise.slice().entries()) noise[i] = value - slope * i
  const start = noise[0]
  const [first, end] = [from + T_END, to - P_START]
  const [low, high] = [lead[first], lead[end]]
  for (let k = first; k < end; k++) {
    const place = (k - first) % (2 * noise.length)
    const mirrored = place <= last ? place : 2 * last + 1 - place
    const line = low + ((high - low) * (k - first)) / (end - first)
    const seconds = ((k - first) % (0.8 * RATE_HZ)) / RATE_HZ
    const atria = kind === 'atria' ? 0.12 * Math.exp(-0.5 * ((seconds - 0.4) / 0.025) ** 2) : 0
    const hum = kind === 'hum' ? 0.02 * Math.sin((k * 2 * Math.PI * 60) / RATE_HZ) : 0
    lead[k] = line + noise[mirrored] - start + atria + hum
  }
}

/** Plays a record whose beats have been cut; returns how many pauses raised asystole, and how many alarms of it had no pause. */
function play(record: MitBihRecord) {
  const named = [...record.leads()].map(([name, values]) => [name, Float64Array.from(values)] as const)
  const leads = named.map(([, values]) => values)
  const pauses = cutBeats(record, leads)
  const raised: MonitorEvent[] = []
  const alarms = new Alarms(
    readRules().filter(({ id }) => id === 'asystole'),
    event => raised.push(event),
  )
  // Labels are not asked for here.
  const beats = { classify: () => ({ label: 'N', certainty: 0 }) } as unknown as BeatNetwork
  const monitor = new Monitor({ leads: named.map(([name]) => name), sampleRateHz: RATE_HZ, beats }, observation =>
    alarms.take(observation),
  )
  const frame = new Int32Array(leads.length)
  for (let i = 0; i < leads[0].length; i++) {
    for (const [k, lead] of leads.entries()) frame[k] = Math.round(1000 * lead[i])
    monitor.next(frame)
  }
  const times = raised.filter(({ kind }) => kind === 'alarm').map(({ time }) => time * RATE_HZ)
  const meets = (time: number, { from, to }: Pause) => time >= from && time <= to + 10 * RATE_HZ
  return {
    pauses: pauses.length,
    found: pauses.filter(pause => times.some(time => meets(time, pause))).length,
    wrong: times.filter(time => !pauses.some(pause => meets(time, pause))).length,
  }
}

const data = ecgDataDir()
if (data) {
  const long = process.env.HOLTER_LONG === '1'
  const records = openMitBih(join(data, 'mitdb'), long ? 'ds1' : ['124', '223'])
  test('beats cut out of DS1 raise asystole', () => {
    const sum = { pauses: 0, found: 0, wrong: 0 }
    for (const record of records) {
      const { pauses, found, wrong } = play(record)
      if (long) console.log(`${record.id}: ${found} of ${pauses}, ${wrong} wrong`)
      sum.pauses += pauses
      sum.found += found
      sum.wrong += wrong
    }
    assert.is(sum.wrong, 0)
    assert.ok(sum.found >= 0.9 * sum.pauses, `${sum.found} of ${sum.pauses}`)
  })
} else skip('monitor/cut-beats', 'beats cut out of DS1 raise asystole', 'ECG_DATA_DIR names no MIT-BIH')

test.run()
