import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeFolder, readFile, sha256, writeFile } from '../src-ts/files.ts'

const dir = mkdtempSync(join(tmpdir(), 'holter-files-'))
const test = suite('files')

test('a file is written whole, folders are made, nothing else stays', () => {
  writeFile(join(dir, 'a/b/c.txt'), 'text')
  assert.is(readFileSync(join(dir, 'a/b/c.txt'), 'utf8'), 'text')
  writeFile(join(dir, 'a/b/c.txt'), Uint8Array.of(1, 2))
  assert.equal(readdirSync(join(dir, 'a/b')), ['c.txt'])
})

test('what a killed process left is cleared away; what another one is writing stays', () => {
  const folder = join(dir, 'killed')
  mkdirSync(folder)
  const script = `
    import { writeFile } from './src-ts/files.ts'
    const text = Buffer.alloc(8)
    Object.defineProperty(text, 'length', { get: () => process.kill(process.pid, 'SIGKILL') })
    writeFile(process.argv[1], text)`
  const args = ['--import', './tools/typescript.mjs', '--input-type=module', '-e', script, join(folder, 'x')]
  assert.is(spawnSync(process.execPath, args).signal, 'SIGKILL')
  assert.equal(readdirSync(folder), ['x.0.part'])
  writeFile(join(folder, 'x'), 'while the other one may still live')
  assert.equal(readdirSync(folder), ['x', 'x.0.part'])
  const yesterday = Date.now() / 1000 - 86_400
  utimesSync(join(folder, 'x.0.part'), yesterday, yesterday)
  writeFile(join(folder, 'x'), 'later')
  assert.equal(readdirSync(folder), ['x'])
  assert.is(readFileSync(join(folder, 'x'), 'utf8'), 'later')
})

test('a regular file in the way of a folder is one sentence', () => {
  writeFileSync(join(dir, 'plain'), '')
  assert.throws(
    () => writeFile(join(dir, 'plain/x.txt'), ''),
    /\[file\] .*plain\/x\.txt: cannot be written: a part of the path is a file/,
  )
})

test('a file system that makes no folders is one sentence, and no endless loop', () => {
  if (process.platform !== 'linux') return
  for (const attempt of [() => makeFolder('/proc/x/y'), () => writeFile('/proc/x/y/z.txt', '')]) {
    assert.throws(attempt, /\[file\] \/proc\/x\/y: the folder cannot be made\. Choose another --out/)
  }
})

test('a missing file is one sentence with its hint', () => {
  assert.throws(() => readFile(join(dir, 'absent'), 'Look'), /cannot be read: it does not exist\. Look\./)
})

test('sha256', () => assert.match(sha256('abc'), /^ba7816bf/))

test.after(() => rmSync(dir, { recursive: true }))
test.run()
