import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Alarms, type MonitorEvent } from '../../src-ts/monitor/alarms.ts'
import { parseRules } from '../../src-ts/monitor/rules.ts'
import { rules } from './play-leads.ts'

const test = suite('monitor/alarms')

test('a run of ventricular and fusion beats: four in a row, one of them ventricular, and sure enough', () => {
  const raisedBy = (labels: string, certainties: readonly number[]) => {
    const events: MonitorEvent[] = []
    const alarms = new Alarms(
      rules.filter(({ id }) => id === 'ventricular-tachycardia'),
      event => events.push(event),
    )
    for (const [i, label] of [...labels].entries()) {
      const sample = 150 * i
      const certainty = certainties[i] ?? 6000
      alarms.take({ kind: 'beat', sample, at: sample, label, certainty, pre: 150, next: undefined, provisional: false })
    }
    return events.length > 0
  }
  assert.ok(raisedBy('NVVVVN', []))
  assert.ok(raisedBy('NVFVVN', []))
  assert.not(raisedBy('NVNVVVN', [6000, 6000, 0]))
  assert.not(raisedBy('NFFFFN', []))
  assert.not(raisedBy('NVQVVN', [6000, 6000, 0]))
  assert.not(raisedBy('NVVVVN', [6000, 1900, 1900, 1900, 1900]))
})

test('a rule stands back while an alarm of another holds and the signal has waves, no longer', () => {
  const asystoleAt = (
    flutterAt: (seconds: number) => { leakage: number; ratePerMinute: number } | undefined,
    seconds = 10,
  ) => {
    const events: MonitorEvent[] = []
    const shorter = rules.map(rule => (rule.notDuring ? { ...rule, notDuring: { ...rule.notDuring, seconds } } : rule))
    const alarms = new Alarms(shorter, event => events.push(event))
    for (let hop = 0; hop < 120; hop++) {
      const flutter = flutterAt(hop / 4)
      alarms.take({ kind: 'moment', at: 90 * hop, lastPeak: 0, classifiable: true, verdicts: ['good'], flutter })
    }
    return events.find(({ rule }) => rule === 'asystole')?.time
  }
  const [sine, waves] = [300, 700].map(leakage => ({ leakage, ratePerMinute: 300 }))
  assert.is(
    asystoleAt(() => waves),
    4.5,
    'no alarm to stand back for',
  )
  assert.is(
    asystoleAt(seconds => (seconds < 3 ? sine : waves)),
    13,
    'the alarm of fibrillation ended 10 s after it last held',
  )
  assert.is(
    asystoleAt(seconds => (seconds < 3 ? sine : waves), 5),
    8,
    'it held five seconds ago',
  )
  assert.is(
    asystoleAt(seconds => (seconds < 3 ? sine : seconds < 9 ? waves : undefined)),
    9,
    'the line is flat',
  )
})

test('waves behind a sure beat that looks usual are T waves: no flutter until it lies three seconds back', () => {
  const flutterAt = (label: string, certainty: number, usual: readonly [number, number], width: number) => {
    const events: MonitorEvent[] = []
    const alarms = new Alarms(rules, event => events.push(event))
    const likeness = { usual, widths: [900, width] as const, alike: 0 }
    const beat = { sample: 720, label, certainty, likeness, provisional: false, pre: 300, next: 1020, at: 1100 }
    const flutter = { leakage: 500, ratePerMinute: 240 }
    for (let hop = 0; hop < 40; hop++) {
      const at = 90 * hop
      if (at === 1080) alarms.take({ kind: 'beat', ...beat })
      const sine = at < 1080 ? undefined : flutter
      alarms.take({ kind: 'moment', at, lastPeak: 720, classifiable: true, verdicts: ['good'], flutter: sine })
    }
    return events.find(({ rule }) => rule === 'ventricular-fibrillation')?.time
  }
  assert.is(flutterAt('N', 3000, [800, 100], 1100), 5)
  const others = [
    flutterAt('V', 3000, [800, 100], 1100),
    flutterAt('N', 2999, [800, 100], 1100),
    flutterAt('N', 3000, [799, 100], 1100),
    flutterAt('N', 3000, [800, 100], 1101),
  ]
  assert.equal(others, [4, 4, 4, 4], 'another label, unsure, unlike, wide')
})

test('the rules that ship, and what is wrong with others', () => {
  assert.is(rules.length, new Set(rules.map(({ id }) => id)).size)
  const rule = {
    id: 'a',
    title: 'A',
    priority: 'high',
    latching: true,
    when: { kind: 'pause', seconds: 3 },
    source: 'me',
  }
  const text = (...all: object[]) => JSON.stringify({ version: 1, rules: all })
  assert.is(parseRules(text(rule), 'x.json').length, 1)
  const refused = (json: string, sentence: RegExp) =>
    assert.throws(
      () => parseRules(json, 'x.json'),
      (error: Error) => sentence.test(error.message),
    )
  refused('{', /x\.json: is no JSON/)
  refused(text(rule, rule), /two rules are named a/)
  refused(text({ ...rule, priority: 'urgent' }), /rules\.0\.priority/)
  refused(text({ ...rule, when: { kind: 'pause', seconds: -1 } }), /rules\.0\.when\.seconds/)
  refused(text({ ...rule, when: { kind: 'magic' } }), /rules\.0\.when/)
  refused(text({ ...rule, colour: 'red' }), /rules\.0/)
  refused(text({ ...rule, notDuring: { rules: ['b'], seconds: 2 } }), /a: notDuring names b, which is no rule/)
  fc.assert(
    fc.property(fc.json(), json => {
      try {
        parseRules(json, 'x.json')
      } catch (error) {
        assert.match((error as Error).message, /^\[monitor\] x\.json: /)
      }
    }),
  )
})

test.run()
