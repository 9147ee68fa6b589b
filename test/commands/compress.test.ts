import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '../../src-ts/engines/model.ts'
import { fitToValidation } from '../../src-ts/metrics/fitted.ts'
import { ecgTiny } from '../../src-ts/networks/ecg-tiny.ts'
import { networkShape } from '../../src-ts/networks/network.ts'
import { modelMetadata } from '../../src-ts/runs/model-metadata.ts'
import { ptbxlSuperclass as task } from '../../src-ts/tasks/ptbxl-superclass.ts'
import { saveFloatModel } from '../../src-ts/train/float-model.ts'
import { runHolter, startHolter, waitUntil } from '../helpers/holter-process.ts'
import { writeSmallPtbXl } from '../helpers/small-ptb-xl.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'
import { elementsOf } from '../report/well-formed.ts'

const test = suite('holter compress')
const native = withTfjs('holter compress', test)
const dir = mkdtempSync(join(tmpdir(), 'holter-compress-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))
const data = join(dir, 'ptb-xl')
writeSmallPtbXl(data)
const base = join(dir, 'base')
const tiny = (out: string, budget: string, ...more: string[]) => {
  const effort = ['--shares', '0,0.6', '--epochs', '1', '--aware-epochs', '1', '--threads', '1']
  return ['compress', base, '--data', data, '--budget', budget, ...effort, '--out', join(dir, out), ...more]
}
interface Row {
  readonly name: string
  readonly file: string
  readonly seconds: number
  readonly flashBytes: number
  readonly score: number
}
/** The rows but for where they lie and how long they took. */
const table = (rows: readonly Row[]) => rows.map(({ file, seconds, ...row }) => row)

native('every row is a file whose bytes were measured; killed in the middle it ends with the same table', async tf => {
  const model = ecgTiny.build(tf, networkShape(task), 1)
  const provenance = { recipe: { ...ecgTiny.recipe, batchSize: 8 } }
  const metadata = modelMetadata(task, ecgTiny.name, { mean: 0, deviation: 1 }, fitToValidation(task), provenance)
  await saveFloatModel(tf, model, metadata, base)
  model.dispose()

  const { status, stdout, stderr } = runHolter(tiny('whole', 'flash=20KB', '--json'))
  assert.is(status, 0, stderr)
  const summary = JSON.parse(stdout)
  assert.equal(
    summary.rows.map(({ name }: Row) => name),
    ['cut-0', 'cut-60', 'cut-60-w7', 'cut-60-aware'],
    'the whole model is too large, which one row shows',
  )
  for (const { file, flashBytes } of summary.rows as Row[]) {
    const { wasm } = await loadModel(file, { goal: 'size' }).build('scalar')
    assert.is(wasm.length, flashBytes)
  }
  assert.ok(summary.chosen.flashBytes <= 20 * 1024)
  const evaluated = runHolter(['evaluate', summary.chosen.file, '--data', data, '--json'])
  assert.is(JSON.parse(evaluated.stdout).macroAuc, summary.chosen.score)
  const page = readFileSync(join(dir, 'whole', 'report.html'), 'utf8')
  assert.ok(elementsOf(page).length > 20)

  const { child, ended } = startHolter(tiny('killed', 'flash=20KB'))
  assert.ok(await waitUntil(() => existsSync(join(dir, 'killed', 'cut-60.json'))))
  child.kill('SIGKILL')
  await ended
  const resumed = runHolter(tiny('killed', 'flash=20KB', '--json'))
  assert.is(resumed.status, 0, resumed.stderr)
  assert.equal(table(JSON.parse(resumed.stdout).rows), table(summary.rows))

  const missed = runHolter(tiny('whole', 'flash=20KB,ram=1KB'))
  assert.is(missed.status, 1)
  assert.match(
    missed.stderr,
    /no candidate keeps the budget; the nearest miss is cut-60.* \(got ram .*ram=\d+KB would be enough/,
  )
})

test('a budget that cannot be read is refused before any work', () => {
  const { status, stderr } = runHolter(tiny('wrong', 'flas=30KB'))
  assert.is(status, 2)
  assert.match(stderr, /^\[usage\] --budget flas=30KB: no such limit .*Did you mean flash\?$/m)
})

test.run()
