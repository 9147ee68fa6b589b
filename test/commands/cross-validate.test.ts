import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Papa from 'papaparse'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rocAuc } from '../../src-ts/metrics/roc.ts'
import { runHolter, startHolter, waitUntil } from '../helpers/holter-process.ts'
import { writeSmallPtbXl } from '../helpers/small-ptb-xl.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'
import { elementsOf } from '../report/well-formed.ts'

const dir = mkdtempSync(join(tmpdir(), 'holter-folds-'))
const data = join(dir, 'ptb-xl')
writeSmallPtbXl(data)
const test = suite('cross-validate')
const native = withTfjs('cross-validate', test)
const tiny = (out: string, ...more: string[]) => {
  const size = ['--data', data, '--epochs', '1', '--batch-size', '8', '--threads', '1', '--folds', '2']
  return ['cross-validate', 'ecg-tiny', ...size, '--store', join(dir, 'store'), '--out', join(dir, out), ...more]
}

native(
  'two folds in two processes: every record but the test fold is scored once, by the model that had not seen it',
  async () => {
    const { status, stdout, stderr } = runHolter(tiny('out', '--stratified', '--jobs', '2', '--json'))
    assert.is(status, 0, stderr)
    const summary = JSON.parse(stdout)
    assert.equal(JSON.parse(readFileSync(join(dir, 'out', 'summary.json'), 'utf8')), summary)
    assert.is(
      summary.command,
      'holter cross-validate ecg-tiny --task ptbxl-superclass --folds 2 --seed 1 --stratified --epochs 1 --batch-size 8 --threads 1',
    )
    assert.equal([summary.groups, summary.stratified, summary.folds.length], ['patient', true, 2])
    const values = summary.folds.map((fold: { evaluation: { macroAuc: number } }) => fold.evaluation.macroAuc)
    assert.equal(summary.scores.macroAuc.values, values)
    assert.is(summary.scores.macroAuc.mean, (values[0] + values[1]) / 2)

    const rows = Papa.parse<Record<string, string>>(readFileSync(join(dir, 'out', 'out-of-fold.csv'), 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data
    assert.equal(
      rows.map(row => Number(row.id)).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i + 1),
      'the record of fold 10 is not among them',
    )
    const foldOf = new Map(rows.map(row => [row.patient, row.fold]))
    for (const row of rows) assert.is(row.fold, foldOf.get(row.patient), 'a patient has one fold')
    for (const label of ['CD', 'MI']) {
      const column = (name: string) => rows.map(row => Number(row[name]))
      assert.is(rocAuc(column(`logit ${label}`), column(label)), summary.outOfFold.auc[label])
      assert.is(rocAuc(column(`int8 ${label}`), column(label)), summary.outOfFold.int8.auc[label])
    }
    const page = readFileSync(join(dir, 'out', 'report.html'), 'utf8')
    assert.ok(elementsOf(page).length > 20)
    assert.not.match(page, /<script|https?:/)

    const again = runHolter(tiny('out', '--stratified', '--resume'))
    assert.is(again.status, 0, again.stderr)
    assert.match(again.stdout, /mean ± deviation/)
    assert.equal(
      JSON.parse(readFileSync(join(dir, 'out', 'summary.json'), 'utf8')),
      summary,
      'the same, one job at a time, resumed',
    )

    const steps = ['--step', 'prune --sparsity 0.5 --epochs 1', '--step', 'quantize --weight-bits 7']
    const chained = runHolter(tiny('chained', '--stratified', '--resume', ...steps, '--against', join(dir, 'out')))
    assert.is(chained.status, 0, chained.stderr)
    assert.match(chained.stdout, /^against [\s\S]*paired\s+95 %/m)
    const pruned = JSON.parse(readFileSync(join(dir, 'chained', 'summary.json'), 'utf8'))
    assert.match(
      pruned.command,
      / --step "prune --sparsity 0.5 --epochs 1" --step "quantize --weight-bits 7" --threads 1$/,
    )
    assert.is(pruned.against.base, summary.outOfFold.int8.macroAuc)
    assert.is(pruned.against.other, pruned.outOfFold.int8.macroAuc)
    assert.equal(pruned.folds[0].epochs, summary.folds[0].epochs, 'the training is the one that lies in the store')

    const sums = ['summary.json', 'report.html', 'out-of-fold.csv'].map(file => join(dir, 'out', file))
    for (const file of sums) assert.ok(existsSync(file), `a mistake leaves ${file}`)

    const { child, ended } = startHolter(tiny('out', '--epochs', '100000'))
    assert.ok(await waitUntil(() => !existsSync(sums[0])), 'other folds do not stand beside the old sums')
    child.kill('SIGINT')
    assert.is((await ended).status, 1)
    for (const file of sums) assert.not.ok(existsSync(file), `${file} of the run before`)
  },
)

native('folds that leave a class without records are refused in one sentence', () => {
  const { status, stderr } = runHolter(tiny('bad', '--folds', '15'))
  assert.is(status, 1)
  assert.match(
    stderr,
    /^fold 1 failed: \[train\] fold \d+ of 15: no record has the label \w+, so it cannot be scored\. Take fewer --folds/m,
  )
  assert.not.match(stderr, /fold 2 failed|\n\s+at /)
  assert.not.ok(existsSync(join(dir, 'bad', 'summary.json')))
})

test('a step that does not exist is refused before any work', () => {
  const { status, stderr } = runHolter(tiny('bad', '--step', 'prun'))
  assert.is(status, 2)
  assert.match(stderr, /^\[usage\] prun: no such step .* Did you mean prune\?$/m)
})

test('an early stop would let the scored fold choose the epoch', () => {
  const { status, stderr } = runHolter(tiny('patient', '--patience', '3'))
  assert.is(status, 2)
  assert.match(stderr, /^\[usage\] --patience: no records are left to stop early by.* Set --epochs instead\.$/m)
})

test.after(() => rmSync(dir, { recursive: true, force: true }))
test.run()
