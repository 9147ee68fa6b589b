import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BeatNetwork } from '../../src-ts/monitor/beat-network.ts'
import { MISSING } from '../../src-ts/monitor/lead.ts'
import { Monitor } from '../../src-ts/monitor/monitor.ts'
import { openNetwork } from '../../src-ts/monitor/open-networks.ts'
import { WindowNetwork } from '../../src-ts/monitor/window-network.ts'
import { random } from '../../src-ts/random.ts'
import { beatsAt, madeLead, steady } from './made-heart.ts'
import { both, network, play, raised } from './play-leads.ts'

const test = suite('monitor')

test('a steady heart gives a label for every beat within 0.6 s of the next, and no alarm', () => {
  const beats = beatsAt(steady(150, 0.8))
  const { labels, events } = play(both(beats, 121))
  assert.is(labels.length, 150)
  assert.ok(
    labels.slice(8).every(({ label }) => label === 'N'),
    labels.map(({ label }) => label).join(''),
  )
  // Two seconds are for learning what a beat is.
  for (const { at, next } of labels.slice(3)) assert.ok(next === undefined || at - next < 0.6 * 360)
  assert.equal(events, [])
})

test('each rate gives the same beats', () => {
  const beats = beatsAt(steady(60, 0.9))
  for (const rate of [100, 250, 500, 1000]) {
    const leads = [1, 2].map(seed => madeLead({ beats, seconds: 55, seed, sampleRateHz: rate }))
    const { labels } = play(leads, { rate })
    assert.is(labels.length, 60, `${rate} Hz`)
    for (const [i, { sample }] of labels.entries())
      assert.ok(Math.abs(sample / 360 - beats[i].seconds) < 0.012, `${rate} Hz, beat ${i}`)
  }
})

test('ventricular runs, bigeminy and pauses are found, at the latest ten seconds later', () => {
  const start = steady(40, 0.8)
  const run = beatsAt([...start, ...steady(8, 0.42), ...steady(40, 0.8)], i => i > 40 && i <= 48)
  assert.ok(raised(play(both(run, 68)).events).includes('ventricular-tachycardia'))
  const pairs = Array.from({ length: 24 }, (_, i) => (i % 2 ? 1.1 : 0.5))
  const bigeminy = beatsAt([...start, ...pairs, ...steady(30, 0.8)], i => i > 40 && i <= 64 && i % 2 === 1)
  assert.ok(raised(play(both(bigeminy, 75)).events).includes('bigeminy'))
  const pause = beatsAt([...start, 3.2, ...steady(30, 0.8)])
  const { events } = play(both(pause, 60))
  assert.equal(raised(events), ['pause'])
  assert.ok(events[0].time - pause[41].seconds < 1 && Math.abs(events[0].value - 3.2) < 0.02)
})

test('a heart that stands still: asystole within ten seconds, latched until acknowledged; a provisional label for the last beat', () => {
  const beats = [
    ...beatsAt(steady(40, 0.8)),
    ...beatsAt(steady(20, 0.8)).map(({ seconds }) => ({ seconds: seconds + 45 })),
  ]
  const { events, alarms, beats: labels } = play(both(beats, 62))
  const alarm = events.find(({ rule }) => rule === 'asystole')!
  assert.ok(alarm.kind === 'alarm' && alarm.priority === 'high')
  assert.ok(alarm.time - beats[39].seconds > 4 && alarm.time - beats[39].seconds < 10, String(alarm.time))
  assert.ok(events.some(({ kind, rule }) => kind === 'end' && rule === 'asystole'))
  const provisional = labels.filter(beat => beat.provisional)
  assert.ok(
    provisional.some(
      ({ sample, at }) => Math.abs(sample / 360 - beats[39].seconds) < 0.02 && (at - sample) / 360 <= 1.5,
    ),
  )
  assert.ok(alarms.active().some(({ rule, holds }) => rule.id === 'asystole' && !holds))
  assert.ok(alarms.acknowledge(0) > 0)
  assert.not(alarms.active().some(({ rule }) => rule.id === 'asystole'))
})

test('a pause of 4.1 s is asystole though its end comes before that is certain', () => {
  const { events } = play(both(beatsAt([...steady(40, 0.8), 4.1, ...steady(20, 0.8)]), 56))
  assert.equal(raised(events), ['asystole', 'extreme-bradycardia', 'pause'])
})

test('a wave like a sine of 5 Hz is flutter', () => {
  const leads = both(beatsAt(steady(40, 0.8)), 45)
  for (const lead of leads)
    for (let i = 32 * 360; i < lead.length; i++) lead[i] = Math.round(900 * Math.sin((i * 2 * Math.PI * 5) / 360))
  const { events } = play(leads)
  const flutter = events.find(({ rule }) => rule === 'ventricular-fibrillation')
  assert.ok(flutter && flutter.time < 42, JSON.stringify(events))
})

test('fibrillation that turns into a flat line: no asystole while there are waves, and then within ten seconds', () => {
  const leads = both(beatsAt(steady(40, 0.8)), 65)
  const [from, to] = [32 * 360, 46 * 360]
  const draw = random(4)
  for (const lead of leads) {
    let phase = 0
    for (let i = from; i < to; i++) {
      phase += ((2 * Math.PI) / 360) * (4.5 + 1.5 * Math.sin(i / 300))
      const swelling = 0.55 + 0.45 * Math.sin(i / 170)
      lead[i] = Math.round(900 * swelling * Math.sin(phase))
    }
    for (let i = to; i < lead.length; i++) lead[i] = Math.round(15 * draw.normal())
  }
  const { events } = play(leads)
  assert.ok(raised(events).includes('ventricular-fibrillation'), JSON.stringify(events))
  const asystole = events.find(({ rule, kind }) => rule === 'asystole' && kind === 'alarm')
  assert.ok(asystole && asystole.time > 46 && asystole.time < 56, JSON.stringify(events))
})

test('very fast and very slow hearts', () => {
  assert.equal(raised(play(both(beatsAt(steady(80, 0.38)), 31)).events), ['extreme-tachycardia'])
  const slow = raised(play(both(beatsAt(steady(20, 1.8)), 37)).events)
  assert.equal(slow, ['extreme-bradycardia'])
})

/** Ways in which a signal is none. */
const faults: Record<string, (lead: Int32Array, from: number, to: number) => void> = {
  'a lead that fell off (flat)': (lead, from, to) => lead.fill(20, from, to),
  'a lead at the rail': (lead, from, to) => lead.fill(400_000, from, to),
  'a saturated amplifier': (lead, from, to) => {
    for (let i = from; i < to; i++) lead[i] = (i >> 6) & 1 ? 5000 : -5000
  },
  'missing samples': (lead, from, to) => lead.fill(MISSING, from, to),
  noise: (lead, from, to) => {
    const draw = random(from)
    for (let i = from; i < to; i++) lead[i] = Math.round(600 * draw.normal())
  },
}

for (const [name, spoil] of Object.entries(faults)) {
  test(`${name} for two minutes: suspended, said, no label, no false alarm, and all is well behind it`, () => {
    const beats = beatsAt(steady(300, 0.8))
    const leads = both(beats, 240)
    for (const lead of leads) spoil(lead, 60 * 360, 180 * 360)
    const { events, labels } = play(leads)
    assert.equal([...new Set(raised(events))], ['lead-off'])
    // Two seconds until the fault is seen, and two until it has left the window.
    const inside = labels.filter(({ sample }) => sample > 60.5 * 360 && sample < 180 * 360)
    assert.ok(
      inside.every(({ label }) => label === 'Q'),
      inside.map(({ label }) => label).join(''),
    )
    const behind = labels.filter(({ sample }) => sample > 186 * 360 && sample < 239 * 360)
    assert.ok(
      behind.length > 60 && behind.every(({ label }) => label === 'N'),
      behind.map(({ label }) => label).join(''),
    )
    assert.ok(events.some(({ kind }) => kind === 'suspended') && events.some(({ kind }) => kind === 'resumed'))
    assert.is(
      events.some(({ kind, value }) => kind === 'gap' && Math.abs(value - 120) < 1),
      name === 'missing samples',
    )
  })
}

test('with one lead off the other one speaks', () => {
  const leads = both(beatsAt(steady(150, 0.8)), 120)
  leads[0].fill(20, 60 * 360, 120 * 360)
  const { labels, events } = play(leads)
  assert.is(labels.length > 145, true)
  assert.equal(raised(events), [])
})

test('a jump in time is a gap: no interval goes over it', () => {
  const { labels, events } = play(both(beatsAt(steady(100, 0.8)), 80), { skips: new Map([[40 * 360, 3600 * 360]]) })
  assert.equal(
    events.map(({ kind, value }) => [kind, value]),
    [['gap', 3600]],
  )
  assert.ok(labels.every(({ pre }) => pre === undefined || pre < 360))
  assert.ok(labels.at(-1)!.sample > 3600 * 360)
})

test('any signal: labels in order, whole numbers, no exception', () => {
  const piece = fc.record({
    seconds: fc.integer({ min: 1, max: 4 }),
    kind: fc.constantFrom('beats', 'missing', 'noise', 'rail', 'zero'),
  })
  fc.assert(
    fc.property(fc.array(piece, { minLength: 3, maxLength: 12 }), pieces => {
      const seconds = pieces.reduce((sum, each) => sum + each.seconds, 0)
      const leads = both(beatsAt(steady(Math.ceil(seconds / 0.7), 0.7)), seconds)
      let at = 0
      for (const each of pieces) {
        const [from, to] = [at, at + each.seconds * 360]
        at = to
        for (const lead of leads) {
          if (each.kind === 'missing') lead.fill(MISSING, from, to)
          if (each.kind === 'rail') lead.fill(2 ** 31 - 1, from, to)
          if (each.kind === 'zero') lead.fill(0, from, to)
          if (each.kind === 'noise') for (let i = from; i < to; i++) lead[i] = ((i * 7919) % 4001) - 2000
        }
      }
      const { labels } = play(leads)
      for (const [i, { sample, pre }] of labels.entries()) {
        assert.ok(Number.isSafeInteger(sample) && (i === 0 || sample > labels[i - 1].sample))
        // Detections lie 72 samples apart, R peaks may lie nearer.
        assert.ok(pre === undefined || pre > 54)
      }
    }),
    { numRuns: 25 },
  )
})

test('a 12-lead recording is asked once a second; poor leads give no answer', async () => {
  const twelve = await openNetwork('models/ecg-tiny.tflite')
  const names = ['I', 'II', 'III', 'aVR', 'aVL', 'aVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6']
  const windows = WindowNetwork.of(twelve.graph, twelve.run, names, 500)!
  const found: (readonly string[] | undefined)[] = []
  const beats = beatsAt(steady(50, 0.8))
  const leads = names.map((_, seed) => madeLead({ beats, seconds: 40, sampleRateHz: 500, seed }))
  for (const lead of leads.slice(0, 4)) lead.fill(0, 25 * 500)
  const monitor = new Monitor(
    { leads: names, sampleRateHz: 500, beats: new BeatNetwork(network.graph, network.run), windows },
    observation => {
      if (observation.kind === 'finding') found.push(observation.labels)
    },
  )
  for (let i = 0; i < leads[0].length; i++) monitor.next(Int32Array.from(leads, lead => lead[i]))
  assert.ok(found.length >= 28 && found.length <= 31, String(found.length))
  assert.ok(found.slice(0, 14).every(labels => labels !== undefined))
  assert.ok(found.slice(-8).every(labels => labels === undefined))
  assert.is(WindowNetwork.of(twelve.graph, twelve.run, ['I', 'II'], 500), undefined)
})

test.run()
