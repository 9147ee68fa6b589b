import { spawn } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { waitUntil } from '../helpers/holter-process.ts'

const test = suite('interrupt')
const work = `const { interruptible } = await import('${new URL('../../src-ts/commands/interrupt.ts', import.meta.url)}')
  await interruptible(() => {
    console.error('begun')
    return new Promise(resolve => setTimeout(resolve, 600_000))
  })`

test('the second Ctrl-C ends the process at once, with exit code 1', async () => {
  const child = spawn(process.execPath, ['--import', './tools/typescript.mjs', '--input-type=module', '-e', work])
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text
  })
  const ended = new Promise(resolve => child.on('close', resolve))
  assert.ok(await waitUntil(() => said.includes('begun')), said)
  child.kill('SIGINT')
  assert.ok(await waitUntil(() => said.includes('once more to stop at once')), said)
  child.kill('SIGINT')
  assert.is(await ended, 1)
})

test.run()
