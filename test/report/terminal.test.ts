import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { demoSummary, differenceSentence, evaluationSummary } from '../../src-ts/report/summaries.ts'
import { facts, table } from '../../src-ts/report/terminal.ts'
import { fullReport, LABELS } from './report-data.ts'

const test = suite('report/terminal')
const report = fullReport()

test('stands numbers right and words left', () => {
  const lines = table(
    ['name', 'bytes', 'share', 'note'],
    [
      ['a', '1,234', '4.2 %', 'x'],
      ['long name', '5', '–', ''],
    ],
  ).split('\n')
  assert.equal(lines, [
    'name       bytes  share  note',
    '─────────  ─────  ─────  ────',
    'a          1,234  4.2 %  x',
    'long name      5      –',
  ])
})

test('breaks the widest words, never the width', () => {
  const lines = table(
    ['engine', 'outputs', 'result'],
    [['wasm3', '12', 'not run: wasm3 is not installed here']],
    34,
  ).split('\n')
  assert.equal(lines.slice(2), [
    'wasm3        12  not run: wasm3 is',
    '                 not installed',
    '                 here',
  ])
})

test('the share of resamples beside a difference is the one that was counted', () => {
  const difference = { name: 'macroAuc', title: 'macro AUC', base: 0.9, other: 0.9, difference: 0 } as const
  assert.is(
    differenceSentence('a.tflite', 'b.tflite', { ...difference, interval: [0, 0], oppositeShare: 1 }),
    'macro AUC of a.tflite 0.900, of b.tflite 0.900: 0.0000 ' +
      '(paired 95 % interval 0.0000 to 0.0000, zero or of the other sign in 100 % of the resamples).',
  )
})

test('keeps to 80 columns, loses nothing', () => {
  const word = fc.stringMatching(/^[a-z]{1,30}$/)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, fc.nat(99999), fc.array(word, { maxLength: 20 })), { minLength: 1, maxLength: 5 }),
      rows => {
        const text = table(
          ['a', 'b', 'c'],
          rows.map(([a, b, c]) => [a, String(b), c.join(' ')]),
        )
        const squeezed = text.replace(/\s/g, '')
        return (
          text.split('\n').every(line => line.length <= 80) &&
          rows.every(([a, b]) => squeezed.includes(a) && squeezed.includes(String(b))) &&
          rows.every(([, , words]) => [...words.join('')].every(letter => squeezed.includes(letter)))
        )
      },
    ),
  )
  assert.is(
    facts([['name', 'value '.repeat(20).trim()]])
      .split('\n')[1]
      .indexOf('value'),
    6,
  )
})

test('tables without rows are heads', () => {
  assert.is(table(['a', 'b'], []), 'a  b\n─  ─')
})

test('summaries keep to 80 columns and to the label order, and show everything that differs', () => {
  const texts = [demoSummary(report), evaluationSummary(report.model.evaluation)]
  for (const line of texts.join('\n').split('\n')) assert.ok(line.length <= 80, line)
  const [demo, scores] = texts
  const places = LABELS.map(label => scores.indexOf(`\n${label} `))
  assert.ok(places.every((place, i) => place > (places[i - 1] ?? 0)))
  for (const part of [
    'SYNTHETIC',
    '3,306 train, 468 validation, 252 test',
    'differs',
    'not run: wasm3',
    'row 4, byte 2',
    '2 of 3 runs (an engine in a flavour) identical',
  ])
    assert.ok(demo.includes(part), part)
})

test('writes no colour into a pipe', () => {
  assert.not.ok(demoSummary(report).includes('\x1b'))
})

test('colours on a terminal, unless NO_COLOR is set', () => {
  const program = `process.stdout.isTTY = true
    const { table } = await import(${JSON.stringify(new URL('../../src-ts/report/terminal.ts', import.meta.url).href)})
    console.log(table(['a'], [['b']]))`
  const run = (NO_COLOR: string) =>
    spawnSync(process.execPath, ['--import', './tools/typescript.mjs', '--input-type=module', '-e', program], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR, FORCE_COLOR: undefined },
    }).stdout
  assert.match(run(''), '\x1b[1ma\x1b[22m')
  assert.is(run('1'), 'a\n─\nb\n')
})

test.run()
