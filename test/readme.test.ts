import { readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands } from '../src-ts/commands/index.ts'
import { engines } from '../src-ts/engines/index.ts'
import { networks } from '../src-ts/networks/index.ts'
import { operatorTable } from '../src-ts/report/operators.ts'

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

test.run()
