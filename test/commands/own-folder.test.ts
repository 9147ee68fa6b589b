import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runHolter } from '../helpers/holter-process.ts'
import { twelveLeads, writers } from '../helpers/twelve-leads.ts'

const test = suite('a folder of 40 records of one’s own')
const dir = mkdtempSync(join(tmpdir(), 'holter-own-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))
const table = join(dir, 'labels.csv')
const labels = ['CD', 'HYP', 'MI', 'NORM', 'STTC']
const write = Object.values(writers)
const files = Array.from({ length: 40 }, (_, i) =>
  basename(write[i % write.length](dir, `r${i}`, twelveLeads(10, 100, i + 1))),
)
const rows = files.map((file, i) => `${file};${labels[i % 5]};p${i >> 1}`)
writeFileSync(table, ['file;labels;patient', ...rows].join('\n'))
const check = (...args: string[]) => runHolter(['data', 'check', dir, ...args])

test('nothing is wrong with them', () => {
  const { status, stdout, stderr } = check()
  assert.equal([status, stdout], [0, '40 records checked, 0 with findings.\n'], stderr)
})

test('three planted faults: one run of data check names all three, and training refuses all that cannot be used in one go', () => {
  const [csv, edf] = [files[4], files[6]].map(file => join(dir, file))
  const lines = readFileSync(csv, 'utf8').split('\n')
  writeFileSync(csv, lines.with(8, lines[8].replace(/^[^,]*/, '')).join('\n'))
  writers.npy(dir, 'r5', twelveLeads(9, 100))
  writeFileSync(edf, readFileSync(edf).subarray(0, 9000))
  const { status, stdout } = check('--json')
  assert.is(status, 1)
  const { checked, withProblems, unusable } = JSON.parse(stdout)
  assert.equal([checked, unusable], [40, 3])
  const found = withProblems.map(
    ({ record, problems }: { record: string; problems: { kind: string; text: string }[] }) => [
      record,
      problems.map(({ kind, text }) => `${kind}: ${text}`).join('; '),
    ],
  )
  assert.equal(
    found.map(([record]: string[]) => record),
    [files[4], files[5], files[6]],
  )
  for (const [i, pattern] of [
    /^invalid samples: I: 1 of 1000$/,
    /^length: wrong length \(got 900 samples, expected 1000\)$/,
    /^unreadable: /,
  ].entries())
    assert.match(found[i][1], pattern)
  const { stderr } = runHolter(['train', 'ecg-tiny', '--data', dir, '--out', join(dir, 'model')])
  assert.match(stderr, /3 things are wrong: /)
  for (const part of [`${files[4]}: row 9 of lead I is an empty cell or NaN`, `${files[5]}: wrong length`, files[6]])
    assert.ok(stderr.includes(part), stderr)
})

test('a table that is wrong in several places is told in one go, by row and column', () => {
  const damaged = rows.with(0, rows[0].replace('CD', 'AF')).with(1, rows[1].replace(/p0$/, '')).with(2, 'x.csv;MI;p1')
  writeFileSync(table, ['file;labels;patient', ...damaged].join('\n'))
  const { stdout } = check()
  for (const pattern of [
    /labels\.csv row 2, column labels +table +no such label \(got "AF"/,
    /labels\.csv row 3, column patient +table +the cell is empty/,
    /x\.csv +unreadable +the file, or one that/,
  ])
    assert.match(stdout, pattern)
})

test.run()
