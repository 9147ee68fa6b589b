import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type AnnotationToWrite, encodeAnnotations } from '../../src-ts/ecg/formats/write-annotations.ts'
import { madeEcg } from '../helpers/made-ecg.ts'
import { inFolder, writeRecord } from '../helpers/wfdb-files.ts'
import { elementsOf, textOf } from '../report/well-formed.ts'

const tool = fileURLToPath(new URL('../../tools/holter.mjs', import.meta.url))
const test = suite('commands/plot')

function plot(cwd: string, ...args: string[]) {
  return spawnSync(process.execPath, [tool, 'plot', ...args], { cwd, encoding: 'utf8' })
}

const annotationBytes = (list: readonly AnnotationToWrite[]) => encodeAnnotations(list, 'a test')
const { signal, beats } = madeEcg(30, 100)
const good = { digital: [...signal].map(x => Math.round(200 * x)), name: 'II' }
const flat = { digital: new Array(3000).fill(0), name: 'V1' }

test('writes the window of the record, with every beat in it marked, and says what is wrong with a lead', () =>
  inFolder(dir => {
    writeRecord(dir, 'made', 16, [good, flat])
    const { status, stdout, stderr } = plot(dir, 'made', '--from', '12', '--seconds', '5', '--beats')
    assert.is(status, 0, stderr)
    assert.is(stdout, 'made.svg\n')
    assert.match(stderr, 'V1: flat, 0.000 mV between its extremes')
    const svg = readFileSync(join(dir, 'made.svg'), 'utf8')
    assert.match(textOf(svg), 'made, 12–17 s · 25 mm/s')
    const marks = elementsOf(svg).find(({ attributes }) => attributes.class === 'ecg-beats')
    const inWindow = beats.filter(beat => beat >= 1200 && beat <= 1700)
    assert.is(marks?.attributes.d.match(/M/g)?.length, 2 * inWindow.length, 'in both rows')
  }))

test('draws the annotations of RECORD.atr with their symbols, and those of another file if asked for', () =>
  inFolder(dir => {
    writeRecord(dir, 'made', 16, [good])
    const at = (sample: number, symbol: string, aux = '') => ({ sample, symbol, aux })
    writeFileSync(
      join(dir, 'made.atr'),
      annotationBytes([at(100, '+', '(AFIB'), at(1300, 'N'), at(1400, 'V'), at(2500, 'N')]),
    )
    writeFileSync(join(dir, 'made.qrs'), annotationBytes([at(1250, 'A')]))
    const { status, stderr } = plot(dir, 'made', '--from', '12', '--seconds', '5')
    assert.is(status, 0, stderr)
    assert.match(stderr, '2 annotations drawn.')
    assert.match(textOf(readFileSync(join(dir, 'made.svg'), 'utf8')), '|II|N|V|')
    assert.is(plot(dir, 'made', '--seconds', '3').status, 0)
    assert.match(textOf(readFileSync(join(dir, 'made.svg'), 'utf8')), '|(AFIB|')
    assert.match(plot(dir, 'made', '--from', '12', '--annotations', 'qrs').stderr, '1 annotation drawn.')
    assert.is(plot(dir, 'made', '--annotations', 'abc').status, 1)
  }))

test('draws the leads that are asked for; an unknown one is named with those that are there', () =>
  inFolder(dir => {
    writeRecord(dir, 'made', 16, [good, flat])
    assert.is(plot(dir, 'made.hea', '--leads', 'v1', '--out', 'one.svg').status, 0)
    assert.not.match(textOf(readFileSync(join(dir, 'one.svg'), 'utf8')), '|II|')
    const { status, stderr } = plot(dir, 'made', '--leads', 'V3')
    assert.is(status, 2)
    assert.match(stderr, /^\[usage\] V3: no such lead \(expected II, V1\)\. Did you mean V1\?\n$/)
    assert.not.ok(existsSync(join(dir, 'made.svg')))
  }))

test('leaves the test fold of PTB-XL closed', () =>
  inFolder(dir => {
    writeRecord(dir, '00009_lr', 16, [good])
    writeFileSync(join(dir, 'ptbxl_database.csv'), 'ecg_id,strat_fold\n9,10\n')
    const { status, stderr } = plot(dir, '00009_lr')
    assert.is(status, 1)
    assert.match(stderr, /^\[ecg\] 00009_lr: this record belongs to the test fold/)
    assert.not.ok(readdirSync(dir).some(file => file.endsWith('.svg')))
    // As deep below the table as PTB-XL's own records.
    mkdirSync(join(dir, 'records100/00000'), { recursive: true })
    writeRecord(join(dir, 'records100/00000'), '00009_lr', 16, [good])
    assert.match(plot(dir, 'records100/00000/00009_lr').stderr, /belongs to the test fold/)
  }))

test.run()
