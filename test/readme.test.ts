import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands } from '../src-ts/commands/index.ts'
import { engines } from '../src-ts/engines/index.ts'
import { loadModel } from '../src-ts/engines/model.ts'
import { networks } from '../src-ts/networks/index.ts'
import { operatorTable } from '../src-ts/report/operators.ts'
import { writeModules } from '../src-ts/runs/write-modules.ts'

const file = new URL('../README.md', import.meta.url)
const BLOCK = /<!-- operators -->\n[\s\S]*?<!-- \/operators -->/
const test = suite('README')

test('the operator table is the one of ops/index.ts (UPDATE_GOLDEN=1 writes it anew)', () => {
  const block = `<!-- operators -->\n${operatorTable()}\n<!-- /operators -->`
  if (process.env.UPDATE_GOLDEN)
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(BLOCK, () => block),
    )
  assert.is(readFileSync(file, 'utf8').match(BLOCK)?.[0], block)
})

test('every command, engine and network is named', () => {
  const text = readFileSync(file, 'utf8')
  for (const { name } of [...commands.map(c => ({ name: c.name() })), ...engines, ...networks]) {
    assert.ok(text.includes(`\`${name}`) || text.includes(`holter ${name}`), name)
  }
})

test('the example that runs a module does', async () => {
  const code = readFileSync(file, 'utf8').match(/```js\n([\s\S]*?)```/)![1]
  const dir = mkdtempSync(join(tmpdir(), 'holter-readme-'))
  try {
    await writeModules(loadModel(fileURLToPath(new URL('../models/ecg-tiny.tflite', import.meta.url))), 'model', dir, [
      'simd',
    ])
    const script = join(dir, 'example.mjs')
    writeFileSync(script, code.replace('build/demo/model.simd.wasm', join(dir, 'model.simd.wasm')))
    const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
    assert.match(stdout, /^CD (true|false)\nHYP .*\nMI .*\nNORM .*\nSTTC (true|false)\n$/, stderr)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test.run()
