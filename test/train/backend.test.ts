import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { trainingMissing } from '../../src-ts/train/backend.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('backend')
const native = withTfjs('backend', test)
const source = fileURLToPath(new URL('../../src-ts/', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'holter-backend-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))

/** Runs one line of TypeScript as a shell would, its stderr in a pipe, or in one file with stdout. */
function evaluate(line: string, redirect: 'pipe' | 'one file' = 'pipe'): { stdout: string; stderr: string } {
  const [out, log] = [join(dir, 'stdout.txt'), join(dir, 'stderr.txt')]
  const how = redirect === 'pipe' ? '2>&1 >"$OUT" | cat >"$LOG"' : '>"$OUT" 2>&1'
  spawnSync(
    'sh',
    ['-c', `"$0" --import ./tools/typescript.mjs --input-type=module -e "$1" ${how}`, process.execPath, line],
    {
      env: { ...process.env, OUT: out, LOG: log },
    },
  )
  return { stdout: readFileSync(out, 'utf8'), stderr: redirect === 'pipe' ? readFileSync(log, 'utf8') : '' }
}

native('the library loads without a word, and stderr works afterwards', () => {
  const backend = JSON.stringify(pathToFileURL(join(source, 'train/backend.ts')))
  const { stdout, stderr } = evaluate(
    `const { loadTfjs } = await import(${backend}); console.error('before'); const tf = loadTfjs()
     console.log(tf.add(1, 2).dataSync()[0], loadTfjs() === tf); console.error('after')`,
  )
  assert.is(stdout, '3 true\n')
  assert.is(stderr, 'before\nafter\n')
})

native('a socket, which is what a Node program gives its child, stays silent and whole, too', () => {
  const backend = JSON.stringify(pathToFileURL(join(source, 'train/backend.ts')))
  const line = `const { loadTfjs } = await import(${backend}); const { fstatSync } = await import('node:fs')
    console.error('socket', fstatSync(2).isSocket()); loadTfjs(); console.error('after')`
  const args = ['--import', './tools/typescript.mjs', '--input-type=module', '-e', line]
  assert.is(spawnSync(process.execPath, args, { encoding: 'utf8' }).stderr, 'socket true\nafter\n')
})

native('in one file, what stdout and stderr say stays whole', () => {
  const backend = JSON.stringify(pathToFileURL(join(source, 'train/backend.ts')))
  const { stdout } = evaluate(
    `const { loadTfjs } = await import(${backend}); console.log('first'); loadTfjs(); console.error('second'); console.log('third')`,
    'one file',
  )
  assert.is(stdout, 'first\nsecond\nthird\n')
})

native('nothing is missing where it loads', () => {
  assert.is(trainingMissing(), undefined)
})

test('where the library is not installed, the reason and the remedy are told', () => {
  const checkout = join(dir, 'src-ts')
  const parts = ['errors.ts', 'places.ts', 'toolchain.ts', 'version.ts', 'networks/own-layers.ts', 'train/backend.ts']
  for (const file of [...parts, 'train/native-gradients.ts', 'train/quiet-stderr.ts'])
    cpSync(join(source, file), join(checkout, file))
  writeFileSync(join(dir, 'package.json'), '{ "type": "module", "version": "0.0.0" }')
  const backend = JSON.stringify(pathToFileURL(join(checkout, 'train/backend.ts')))
  const { stdout } = evaluate(
    `const { loadTfjs, trainingMissing } = await import(${backend}); console.log(trainingMissing())
     try { loadTfjs() } catch (error) { console.log(error.message) }`,
  )
  assert.is(
    stdout,
    'training cannot run here: @tensorflow/tfjs-node is not installed; run npx holter setup training\n' +
      '[setup] @tensorflow/tfjs-node: training cannot run here: @tensorflow/tfjs-node is not installed. ' +
      'Run npx holter setup training, which installs it.\n',
  )
})

test.run()
