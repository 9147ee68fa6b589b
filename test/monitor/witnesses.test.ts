import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Alarms, type MonitorEvent } from '../../src-ts/monitor/alarms.ts'
import { BeatNetwork } from '../../src-ts/monitor/beat-network.ts'
import { beatsAt, steady } from './made-heart.ts'
import { both, network, play, raised, rules } from './play-leads.ts'

// What the monitor still sees when the network is wrong, or a lead is gone.

const test = suite('monitor/witnesses')

/** Calls every beat normal, and is sure of it. */
const deaf = new BeatNetwork(network.graph, row => {
  const logits = network.run(row).fill(-100)
  logits[network.graph.metadata!.labels.indexOf('N')] = 100
  return logits
})

test('a network that calls all beats normal does not hide a run of wide ones that begins at a sudden', () => {
  const events = (intervals: readonly number[], ventricular: (i: number) => boolean) =>
    raised(play(both(beatsAt(intervals, ventricular), 68), { beats: deaf }).events)
  const start = steady(40, 0.8)
  const sudden = [...start, ...steady(8, 0.42), ...steady(40, 0.8)]
  const isRun = (i: number) => i > 40 && i <= 48
  assert.ok(events(sudden, isRun).includes('ventricular-tachycardia'))
  // Beats as always are no ventricular ones, however fast; and a heart that quickens bit by bit may well change its complexes.
  assert.not(events(sudden, () => false).includes('ventricular-tachycardia'))
  const slowly = [...start, ...Array.from({ length: 8 }, (_, i) => 0.78 - 0.02 * i), ...steady(20, 0.59), ...start]
  assert.not(events(slowly, i => i > 54 && i <= 66).includes('ventricular-tachycardia'))
})

/** What a run of four beats raises, behind twenty normal ones: the labels of its beats, their interval and what they look like. */
function raisedByRun(
  labels: string,
  pre: number,
  usual: readonly [number, number],
  widths: readonly [number, number],
  certainty = 700,
): string[] {
  const events: MonitorEvent[] = []
  const alarms = new Alarms(rules, event => events.push(event))
  const beats = [...'N'.repeat(20), ...labels].map((label, i) => ({ label, run: i >= 20 }))
  let sample = 0
  for (const { label, run } of beats) {
    const interval = run ? pre : 220
    sample += interval
    alarms.take({
      kind: 'beat',
      sample,
      label,
      certainty,
      provisional: false,
      pre: interval,
      next: undefined,
      at: sample + 200,
      likeness: run ? { usual, widths, alike: 980 } : { usual: [990, 990], widths: [1000, 1000], alike: 990 },
    })
  }
  return raised(events).filter(rule => rule === 'ventricular-tachycardia')
}

test('label and shape each count for a beat of a run: half the labels do when it begins at a sudden, all of them at any rate', () => {
  const found = ['ventricular-tachycardia']
  const [odd, narrow] = [
    [700, 850],
    [900, 1000],
  ] as const
  assert.equal(raisedByRun('VSVS', 150, odd, narrow), found)
  assert.equal(raisedByRun('NSNN', 150, odd, narrow), [], 'neither label nor width')
  assert.equal(raisedByRun('NSNN', 150, odd, [1300, 1000]), found, 'wide ones need no label')
  assert.equal(raisedByRun('VFVV', 214, odd, narrow), found, 'at 101 a minute, after 98')
  assert.equal(raisedByRun('VSVS', 214, [980, 990], narrow), [], 'a doubtful label on a usual beat')
  assert.equal(raisedByRun('VVVV', 150, [980, 990], narrow, 600), found, 'sure enough of usual beats')
  assert.equal(raisedByRun('VVVV', 150, [980, 990], narrow, 599), [], 'unsure of usual beats')
  assert.equal(raisedByRun('VFVV', 220, odd, narrow), [], 'slower than 100 a minute')
})

test('with one lead off beats are labelled by the other', () => {
  const beats = beatsAt(steady(90, 0.8), i => i % 9 === 5)
  for (const off of [0, 1]) {
    const leads = both(beats, 72)
    leads[off].fill(0, 360 * 30)
    const { labels, events } = play(leads)
    const told = events.find(({ rule }) => rule === 'lead-lost')
    assert.ok(told?.kind === 'notice' && told.time < 45, JSON.stringify(told))
    const late = labels.filter(({ sample, next }) => sample > 360 * 35 && next !== undefined)
    assert.ok(late.length > 40 && late.every(({ label }) => label !== 'Q'), late.map(({ label }) => label).join(''))
  }
})

/** The alarms that beats of one rate raise; how often one may have been overlooked, and how alike they are. */
function raisedBy(pre: number, isDoubtful: (i: number) => boolean, alike: (i: number) => number): string[] {
  const events: MonitorEvent[] = []
  const alarms = new Alarms(rules, event => events.push(event))
  for (let i = 0; i < 30; i++) {
    const [sample, at] = [pre * i, pre * i + 200]
    alarms.take({ kind: 'found', sample, pre, doubtful: isDoubtful(i), at })
    const likeness = { usual: [alike(i), alike(i)], widths: [1000, 1000], alike: alike(i) } as const
    alarms.take({
      kind: 'beat',
      sample,
      label: 'N',
      certainty: 5000,
      provisional: false,
      pre,
      next: undefined,
      at,
      likeness,
    })
  }
  return raised(events)
}

test('a slow heart is none where beats were overlooked, a fast one none where its beats are unlike each other', () => {
  const [never, same] = [() => false, () => 980]
  assert.equal(raisedBy(600, never, same), ['extreme-bradycardia'])
  assert.equal(
    raisedBy(600, i => i % 4 === 1, same),
    ['extreme-bradycardia'],
  )
  assert.equal(
    raisedBy(600, i => i % 2 === 1, same),
    [],
  )
  assert.equal(raisedBy(130, never, same), ['extreme-tachycardia'])
  assert.equal(
    raisedBy(130, never, i => (i % 3 === 0 ? 300 : 900)),
    [],
  )
})

test.run()
