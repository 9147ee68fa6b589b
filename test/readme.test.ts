import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands } from '../src-ts/commands/index.ts'
import { engines } from '../src-ts/engines/index.ts'
import { quantizeInput } from '../src-ts/engines/input.ts'
import { loadModel } from '../src-ts/engines/model.ts'
import { networks } from '../src-ts/networks/index.ts'
import { random } from '../src-ts/random.ts'
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
    const model = loadModel(fileURLToPath(new URL('../models/ecg-tiny.tflite', import.meta.url)))
    await writeModules(model, 'model', dir, ['simd'])
    const script = join(dir, 'example.mjs')
    // The program as it stands, with a record in place of zeros; before it runs, it prints the bytes that it wrote.
    const stream = random(4)
    const record = Float32Array.from({ length: 12_000 }, () => stream.normal())
    writeFileSync(join(dir, 'record'), record)
    const program = code
      .replace('build/demo/model.simd.wasm', join(dir, 'model.simd.wasm'))
      .replace('new Float32Array(1000 * 12)', `new Float32Array((await readFile('${join(dir, 'record')}')).buffer)`)
      .replace(
        '\nrun()\n',
        '\nconsole.error(bytes.subarray(input.address, input.address + input.bytes).join())\nrun()\n',
      )
    writeFileSync(script, program)
    const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
    assert.match(stdout, /^CD (true|false)\nHYP .*\nMI .*\nNORM .*\nSTTC (true|false)\n$/, stderr)
    assert.is(stderr.trim(), quantizeInput(model.graph, record).join(), 'the bytes that holter run makes of the record')
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test.run()
