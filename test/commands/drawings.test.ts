import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Predicted } from '../../src-ts/runs/predict.ts'
import { runHolter } from '../helpers/holter-process.ts'
import { twelveLeads, writers } from '../helpers/twelve-leads.ts'

const test = suite('drawings from record to answer')
const dir = mkdtempSync(join(tmpdir(), 'holter-drawings-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))
const record = writers.wfdb(dir, 'made', twelveLeads(20, 100))
const png = join(dir, 'made.png')
const predict = (model: string, ...paths: string[]) =>
  runHolter(['predict', model, ...paths, '--engine', 'reference', '--json'])

test('what is plotted has the answer of the record; other pictures and other models are refused', () => {
  const plotted = runHolter(['plot', record, '--image', png, '--from', '10', '--json'])
  assert.is(plotted.status, 0, plotted.stderr)
  const { width, height, seconds, file } = JSON.parse(plotted.stdout)
  assert.equal([width, height, seconds, file], [256, 182, 10, png])
  const cut = join(dir, 'cut.png')
  writeFileSync(cut, readFileSync(png).subarray(0, 900))

  const { status, stdout, stderr } = predict('vit-drawn', record, png, cut)
  assert.is(status, 1)
  assert.match(stderr, /cut\.png: the PNG is cut off or damaged\. Draw the record by holter plot/)
  const { records } = JSON.parse(stdout) as Predicted
  const [first, second] = records[0].answers
  const [drawn] = records[1].answers
  assert.equal(drawn.logits, second.logits)
  assert.not.equal(drawn.logits, first.logits)
  assert.equal([drawn.judged, drawn.remarks, records[2].answers], [false, [], []])

  const signals = predict('ecg-tiny', png)
  assert.is(signals.status, 1)
  assert.match(signals.stderr, /the model sees signals, and this is a picture/)
})

test('a large drawing is for people; what a PNG cannot have is told', () => {
  const large = join(dir, 'large.png')
  assert.is(runHolter(['plot', record, '--image', large, '--pixels-per-mm', '3']).stdout, `${large}\n`)
  const { stderr } = predict('vit-drawn', large)
  assert.match(stderr, /the drawing has another size \(got 768 × 546, expected 256 × 182\)/)
  const between = runHolter(['plot', record, '--image', png, '--from', '5'])
  assert.match(between.stderr, /--from: networks see a recording in stretches.*got 5, expected 0, 10/)
  assert.match(runHolter(['plot', record, '--resample']).stderr, /--resample: only a PNG has it/)
})

test.run()
