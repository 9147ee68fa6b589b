import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Build } from '../../src-ts/codegen/build.ts'
import { openMitBih } from '../../src-ts/ecg/datasets/mit-bih.ts'
import { buildMonitor } from '../../src-ts/monitor/device/build.ts'
import { type DeviceEvent, DeviceTwin, readEvents } from '../../src-ts/monitor/device/events.ts'
import { type DeviceMonitor, deviceRules } from '../../src-ts/monitor/device/table.ts'
import { MISSING } from '../../src-ts/monitor/lead.ts'
import { openNetwork } from '../../src-ts/monitor/open-networks.ts'
import { readRules } from '../../src-ts/monitor/rules.ts'
import { random } from '../../src-ts/random.ts'
import { ecgDataDir } from '../helpers/environment.ts'
import { beatsAt, madeLead, steady } from './made-heart.ts'

// The monitor as devices run it, in wasm: every push gives the bytes of the monitor in TypeScript.

const test = suite('monitor/device')

const data = process.env.HOLTER_LONG === '1' && ecgDataDir()
const { graph, run } = await openNetwork('models/beat-rr.tflite', data ? 'node' : 'reference')
const rules = deviceRules(readRules())
const device = (sampleRateHz: number, leads: readonly string[]): DeviceMonitor => ({
  leads,
  sampleRateHz,
  frames: Math.ceil(sampleRateHz / 4),
  rules,
})

/** Pushes leads of one length through module and twin; returns the events, which are the same. */
async function play({ wasm, manifest }: Build, monitor: DeviceMonitor, leads: readonly ArrayLike<number>[]) {
  const { instance } = await WebAssembly.instantiate(wasm as BufferSource)
  const { memory, push, reset } = instance.exports as unknown as Module
  const [{ address: to }] = manifest.inputs
  const [{ address: from, bytes }] = manifest.outputs
  const frames = new Int32Array(monitor.frames * leads.length)
  const twin = new DeviceTwin(graph, run, monitor)
  const events: DeviceEvent[] = []
  reset()
  for (let at = 0; at + monitor.frames <= leads[0].length; at += monitor.frames) {
    for (let i = 0; i < frames.length; i++) frames[i] = leads[i % leads.length][at + Math.floor(i / leads.length)]
    new Int32Array(memory.buffer, to, frames.length).set(frames)
    push()
    const got = new Uint8Array(memory.buffer, from, bytes)
    const expected = twin.push(frames)
    if (Buffer.compare(got, expected) !== 0) assert.equal(readEvents(got), readEvents(expected), `from frame ${at}`)
    events.push(...readEvents(expected))
  }
  return events
}

interface Module {
  readonly memory: WebAssembly.Memory
  push(): void
  reset(): void
}

/** What may be wrong with a stretch of signal. */
const pieces = {
  beats: () => undefined,
  missing: (lead: Int32Array, from: number, to: number) => lead.fill(MISSING, from, to),
  rail: (lead: Int32Array, from: number, to: number) => lead.fill(400_000, from, to),
  zero: (lead: Int32Array, from: number, to: number) => lead.fill(0, from, to),
  flutter: (lead: Int32Array, from: number, to: number) => {
    for (let i = from; i < to; i++) lead[i] = Math.round(900 * Math.sin((i * 2 * Math.PI * 5) / 360))
  },
  /** Beats with waves between them. */
  waves: (lead: Int32Array, from: number, to: number) => {
    for (let i = from; i < to; i++) lead[i] += Math.round(500 * Math.sin((i * 2 * Math.PI * 4) / 360))
  },
  noise: (lead: Int32Array, from: number, to: number) => {
    const draw = random(from)
    for (let i = from; i < to; i++) lead[i] = Math.round(700 * draw.normal())
  },
} as const

const twoLeads = device(360, ['V1', 'MLII'])
const firmware = await buildMonitor(graph, twoLeads, 'firmware', '0'.repeat(64))

test('a heart with everything that the rules know: the bytes of the monitor in TypeScript, and its alarms', async () => {
  const intervals = [
    ...steady(40, 0.8),
    ...steady(14, 0.42),
    ...steady(20, 0.8),
    ...Array.from({ length: 24 }, (_, i) => (i % 2 ? 1.1 : 0.5)),
    ...steady(10, 0.8),
    3,
    ...steady(12, 0.8),
    5.5,
    ...steady(60, 0.38),
    ...steady(12, 1.8),
    ...Array.from({ length: 70 }, (_, i) => 0.5 + 0.13 * ((i * 7) % 5)),
  ]
  const beats = beatsAt(intervals, i => (i > 40 && i <= 54) || (i > 74 && i <= 98 && i % 2 === 1))
  const seconds = beats[beats.length - 1].seconds + 22
  const leads = [1, 2].map(seed => madeLead({ beats, seconds, seed }))
  for (const lead of leads) pieces.flutter(lead, (seconds - 20) * 360, (seconds - 8) * 360)
  for (const lead of leads) lead.fill(MISSING, (seconds - 8) * 360, (seconds - 1) * 360)
  const events = await play(firmware, twoLeads, leads)
  const raised = new Set(events.filter(({ kind }) => kind === 'alarm').map(({ which }) => rules[which].id))
  for (const id of ['asystole', 'ventricular-tachycardia', 'ventricular-fibrillation', 'extreme-tachycardia'])
    assert.ok(raised.has(id), `${id} of ${[...raised]}`)
  for (const id of ['extreme-bradycardia', 'pause', 'bigeminy', 'irregular-rhythm', 'lead-off'])
    assert.ok(raised.has(id), `${id} of ${[...raised]}`)
  assert.ok(events.some(({ kind }) => kind === 'gap') && events.some(({ kind }) => kind === 'end'))
})

test('any stretches of signal, noise and nothing: the same bytes', async () => {
  const piece = fc.record({
    seconds: fc.integer({ min: 1, max: 6 }),
    kind: fc.constantFrom(...(Object.keys(pieces) as (keyof typeof pieces)[])),
    lead: fc.constantFrom(0, 1, 2),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 3, maxLength: 12 }), async drawn => {
      const seconds = drawn.reduce((sum, each) => sum + each.seconds, 8)
      const beats = beatsAt(steady(Math.ceil(seconds / 0.7), 0.7), i => i % 5 === 3)
      const leads = [1, 2].map(seed => madeLead({ beats, seconds, seed }))
      let at = 8 * 360
      for (const { kind, lead, seconds } of drawn) {
        const spoiled = lead === 2 ? leads : [leads[lead]]
        for (const each of spoiled) pieces[kind](each, at, at + seconds * 360)
        at += seconds * 360
      }
      await play(firmware, twoLeads, leads)
    }),
    { numRuns: 15 },
  )
})

test('one lead at 250 Hz with a notch, for speed: the same bytes', async () => {
  const monitor = { ...device(250, ['II']), notchHz: 50 } as const
  const made = await buildMonitor(graph, monitor, 'simd', '0'.repeat(64))
  const beats = beatsAt(steady(60, 0.7), i => i % 6 === 5)
  const events = await play(made, monitor, [madeLead({ beats, seconds: 44, sampleRateHz: 250 })])
  assert.ok(events.filter(({ kind }) => kind === 'beat').length > 50)
})

test('its memory is what its objects take, known when it is made', () => {
  const [{ bytes }] = firmware.manifest.states!
  assert.ok(bytes > 50_000 && firmware.manifest.memoryBytes < 200_000, String(bytes))
})

if (data) {
  test('all records of DS1: the same bytes', async () => {
    let count = 0
    const builds = new Map<string, Build>()
    for (const record of openMitBih(join(data, 'mitdb'), 'ds1')) {
      const leads = [...record.leads()]
      const monitor = device(
        360,
        leads.map(([name]) => name),
      )
      const key = monitor.leads.join()
      const made = builds.get(key) ?? (await buildMonitor(graph, monitor, 'firmware', '0'.repeat(64)))
      builds.set(key, made)
      const signals = leads.map(([, values]) => Int32Array.from(values, value => Math.round(1000 * value)))
      const events = await play(made, monitor, signals)
      count += events.length
      console.log(`${record.id}: ${events.length} events`)
    }
    assert.ok(count > 50_000)
  })
}

test.run()
