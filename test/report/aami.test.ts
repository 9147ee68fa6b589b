import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { aamiTables } from '../../src-ts/metrics/aami.ts'
import { aamiMarkdown, aamiSummary } from '../../src-ts/report/aami.ts'

const test = suite('report/aami')
const labels = ['N', 'S', 'V', 'F']
/** One beat a minute in each of two recordings: V found, V missed, S found, N right, and then again. */
const beats = ['201', '202'].flatMap(recording =>
  [...'VVSNVVSN'].map((label, i) => ({ recording, label, called: i % 4 === 1 ? 'N' : label, seconds: 60 * i })),
)
const rows = (name: (beat: (typeof beats)[number]) => string) =>
  beats.flatMap(beat => labels.map(label => Number(label === name(beat))))
const tables = aamiTables(
  {
    kind: 'single-label',
    labels,
    logits: Float32Array.from(rows(({ called }) => called)),
    targets: Uint8Array.from(rows(({ label }) => label)),
  },
  beats.map(({ recording, seconds }, i) => ({
    id: `${i}`,
    patient: '201+202',
    fold: 10,
    from: { recording, seconds },
  })),
)!

test('text: recordings and sums by EC57, then all beats; what is scored is said', () => {
  const lines = aamiSummary(tables).split('\n')
  const row = (start: string) =>
    lines
      .find(line => line.startsWith(start))
      ?.replace(start, '')
      .trim()
      .split(/\s{2,}/)
  assert.match(lines[0], /the first 5 minutes of each recording are not scored, F called V is no error, Q is left out/)
  // From minute 5 on: V missed, S found, N right.
  assert.equal(row('201'), ['3', '1', '0.00', '–', '1', '100.00', '100.00'])
  assert.equal(row('without 202, gross'), ['3', '0.00', '–', '100.00', '100.00'])
  assert.equal(row('without 202  '), ['8', '75.00', '66.67', '100.00', '100–100', '66.67', '67–67', '–'])
})

test('Markdown has as many cells in every row', () => {
  const lines = aamiMarkdown([
    { name: 'float, test', aami: tables },
    { name: 'int8, test', aami: tables },
  ])
  const found = lines.filter(line => line.startsWith('|'))
  const cells = (line: string) => line.split('|').length
  const widths = found.map(cells)
  assert.equal(widths, [...Array(6).fill(cells(found[0])), ...Array(10).fill(cells(found[6]))])
  assert.ok(lines.includes('| int8, test | all | 16 | 75.00 | 66.67 | 100.00 | 100–100 | 66.67 | 67–67 | – |'))
  assert.ok(lines.includes('| float, test | without 202, gross | 3 | 0.00 | – | 100.00 | 100.00 |'))
})

test.run()
