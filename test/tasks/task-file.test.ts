import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import { findTask } from '../../src-ts/tasks/find-task.ts'
import { parseTaskFile } from '../../src-ts/tasks/task-file.ts'
import { inFolder } from '../helpers/wfdb-files.ts'

const test = suite('tasks/task-file')
const lines = [
  '{',
  '  "name": "ectopic-beats",',
  '  "labels": ["normal", "ventricular"],',
  '  "exclusive": true,',
  '  "leads": ["MLII"],',
  '  "sampleRateHz": 250,',
  '  "seconds": 4',
  '}',
]
const refusal = (changed: readonly string[]): string => {
  try {
    parseTaskFile(changed.join('\n'), 't.json')
  } catch (error) {
    assert.instance(error, HolterError)
    return (error as HolterError).message
  }
  throw new Error('nothing was refused')
}

test('what it says becomes a task; it is found in the folder with the data, or named', () =>
  inFolder(dir => {
    const path = join(dir, 'holter.task.json')
    writeFileSync(path, lines.join('\n'))
    for (const choice of [{ data: dir }, { task: path }, { data: dir, task: 'ectopic-beats' }]) {
      const { name, kind, labels, leads, sampleRateHz, samples, unit } = findTask(choice, 'ptbxl-superclass')
      assert.equal([name, kind, labels, leads], ['ectopic-beats', 'single-label', ['normal', 'ventricular'], ['MLII']])
      assert.equal([sampleRateHz, samples, unit], [250, 1000, 'mV'])
    }
    assert.is(findTask({ data: dir, task: 'heartbeat' }, 'ptbxl-superclass').name, 'heartbeat')
    assert.is(findTask({}, 'ptbxl-superclass').name, 'ptbxl-superclass')
    assert.throws(() => findTask({ data: dir, task: 'ectopic-beat' }, ''), /no such task .* Did you mean ectopic-beats/)
    writeFileSync(path, lines.with(1, '  "name": "heartbeat",').join('\n'))
    assert.throws(() => findTask({ data: dir }, ''), /Holter has a task of the name heartbeat/)
  }))

for (const [what, changed, message] of [
  ['a comma too many', lines.with(6, '  "seconds": 4,'), /^\[file\] t\.json line 8: this is not JSON: /],
  [
    'an unknown entry',
    lines.with(4, '  "lead": ["MLII"],'),
    /line 5: lead is no entry .*expected name, title, labels.* Did you mean leads\?/,
  ],
  ['a missing entry', lines.toSpliced(5, 1), /line 1: sampleRateHz is missing\./],
  [
    'a wrong type',
    lines.with(3, '  "exclusive": "yes",'),
    /line 4: exclusive is not right \(got "yes", expected boolean\)/,
  ],
  [
    'a blank in a label',
    lines.with(2, '  "labels": ["a",\n "b c"],'),
    /line 4: labels\.1 is not right \(got "b c", expected a word without blanks\)/,
  ],
  ['a label twice', lines.with(2, '  "labels": ["a", "A"],'), /line 3: labels is not right .*each name once/],
  ['one label that excludes itself', lines.with(2, '  "labels": ["a"],'), /line 3: labels is not right .*at least two/],
  [
    'half a sample',
    lines.with(6, '  "seconds": 4.001'),
    /line 7: seconds is not right \(got 4\.001, expected a whole number/,
  ],
  ['nothing', [''], /line 1: this is not JSON: /],
  ['a list', ['[]'], /line 1: name is missing/],
] as const)
  test(`names the line of ${what}`, () => assert.match(refusal(changed), message))

test('whatever text it is given, it makes a task or names a line', () => {
  const anything = fc.oneof(
    fc.json(),
    fc.string(),
    fc.tuple(fc.nat(200), fc.string({ maxLength: 3 })).map(([at, text]) => {
      const whole = lines.join('\n')
      return whole.slice(0, at) + text + whole.slice(at + 1)
    }),
  )
  fc.assert(
    fc.property(anything, text => {
      try {
        const { labels, seconds } = parseTaskFile(text, 't.json')
        assert.ok(labels.length > 0 && seconds > 0)
      } catch (error) {
        assert.instance(error, HolterError)
        assert.match((error as HolterError).message, /t\.json line \d+: /)
      }
    }),
    { seed: 1, numRuns: 500 },
  )
})

test.run()
