import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { locateMitBih } from '../../src-ts/ecg/datasets/mit-bih.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { ecgDataDir, skip } from '../helpers/environment.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const name = 'a task of one’s own'
const test = suite(name)
const native = withTfjs(name, test)
const root = fileURLToPath(new URL('../../', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'holter-own-task-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))
const page = readFileSync(join(root, 'docs/own-task.md'), 'utf8')
const mitBih = locateMitBih(ecgDataDir() ?? '/nowhere')

/** Runs a line of the page in the folder of the test. */
function run(line: string) {
  const [program, ...args] = line.split(' ')
  const script = join(root, program === 'holter' ? 'tools/holter.mjs' : program)
  const more = program === 'holter' ? [] : [mitBih!]
  const { ECG_DATA_DIR: _, ...env } = process.env
  return spawnSync(process.execPath, [script, ...args, ...more], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1' },
  })
}

const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, lines]) => lines.trim().split('\n'))
const title = 'the commands of docs/own-task.md go from CSV files to a verified module'
if (mitBih) {
  native(title, () => {
    const said = new Map<string, string>()
    for (const line of blocks) {
      const { status, stdout, stderr } = run(line)
      assert.is(status, 0, `${line}\n${stderr}`)
      said.set(line.split(' ').slice(0, 2).join(' '), stdout)
    }
    assert.equal(
      JSON.parse(readFileSync(join(dir, 'own/holter.task.json'), 'utf8')),
      JSON.parse(/```json\n([\s\S]*?)```/.exec(page)![1]),
    )
    for (const [, file] of page.matchAll(/^(\d{3}-\d{3}\.csv),/gm)) assert.ok(existsSync(join(dir, 'own', file)), file)
    assert.match(said.get('holter data')!, /^\d{3} records checked, /m)
    assert.match(said.get('holter train')!, /int8 +validation macro F1 0\.\d{4} on \d+ records/)
    assert.match(said.get('holter evaluate')!, /model\.tflite on ventricular-beats, validation split/)
    const [, identical, all] = /(\d+) of (\d+) runs?.* identical to the reference/.exec(said.get('holter verify')!)!
    assert.is(identical, all)
    assert.match(said.get('holter predict')!, /^101-000\.csv +0 +(normal|ventricular) /m)
    assert.ok(existsSync(join(dir, 'module/model.simd.wasm')))
    const { metadata } = readTflite(readFileSync(join(dir, 'model/model.tflite')), 'model.tflite')
    const { task, kind, labels, leads, sampleRateHz, samples, provenance } = metadata!
    assert.equal(
      [task, kind, labels, leads],
      ['ventricular-beats', 'single-label', ['normal', 'ventricular'], ['MLII']],
    )
    assert.equal([sampleRateHz, samples], [250, 1000])
    assert.match(provenance.command as string, /^holter train ecg-tiny --seed 1 /)
    // Quantizing again takes the task from the model, too; what was not made for it is refused with both forms.
    assert.is(run('holter quantize model --data own --out again.tflite').status, 0)
    const other = run('holter evaluate model/model.tflite --task ptbxl-superclass')
    assert.match(
      other.stderr,
      /was not made for task ptbxl-superclass \(got labels normal ventricular \(one of them\); /,
    )
  })
} else skip(name, title, 'ECG_DATA_DIR names no folder with mitdb')

test('nothing synthetic stands in for it, and a mistake in its file is told with its line', () => {
  const file = join(dir, 'my.task.json')
  writeFileSync(file, /```json\n([\s\S]*?)```/.exec(page)![1])
  const { status, stderr } = run(`holter train ecg-tiny --task ${file} --synthetic`)
  assert.is(status, 1)
  assert.match(
    stderr,
    /ventricular-beats: synthetic records cannot stand in\. Name the folder that holds labels\.csv by --data/,
  )
  writeFileSync(file, readFileSync(file, 'utf8').replace('"leads": [', '"leads": "'))
  assert.match(run(`holter train ecg-tiny --task ${file}`).stderr, /my\.task\.json line 6: this is not JSON/)
})

test.run()
