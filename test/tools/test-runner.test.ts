import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { runTests } = await import(new URL('../../tools/test-runner.mjs', import.meta.url).href)
const test = suite('tools/test-runner')

const head = `import { test } from 'uvu'\nimport * as assert from 'uvu/assert'\n`
const passing = `${head}test('a', () => {})\ntest('b', () => assert.is(1 as number, 1))\ntest.run()\n`

/** Runs the runner on a project of these test files; returns whether it was content, what it printed, and its last line. */
async function runOn(files: Record<string, string>, patterns: string[] = [], limitSeconds?: number) {
  const project = mkdtempSync(join(tmpdir(), 'holter-runner-'))
  try {
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
    mkdirSync(join(project, 'test'))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, 'test', name)), { recursive: true })
      writeFileSync(join(project, 'test', name), text)
    }
    let printed = ''
    const print = (text: string) => {
      printed += text
    }
    const ok: boolean = await runTests({ root: project, patterns, limitSeconds, print })
    return { ok, printed, last: printed.trimEnd().split('\n').at(-1) }
  } finally {
    rmSync(project, { recursive: true })
  }
}

test('counts of all files are summed, in folders too, and skipped tests are listed with their reasons', async () => {
  const skipping = `console.log('SKIP suite | needs a board: no board. Plug one in\\nNOTE 81 packages')\n${passing}`
  const { ok, printed, last } = await runOn({ 'a.test.ts': passing, 'deep/er/b.test.ts': skipping, 'c.ts': 'throw 1' })
  assert.ok(ok)
  assert.is(last, '4 passed, 0 failed, 1 skipped')
  assert.match(printed, 'skipped: suite | needs a board: no board. Plug one in\n')
  assert.match(printed, '    NOTE 81 packages\n')
  assert.match(printed, /\[2\/2\] ok {2,}\d+\.\d s {2}test\/\S+: 2 passed/)
})

test('a failing test shows its output whole, and passes of the same file still count', async () => {
  const failing = `${head}test('good', () => {})\ntest('bad', () => assert.is(1 as number, 2, 'one is not two'))\ntest.run()\n`
  const { ok, printed, last } = await runOn({ 'a.test.ts': failing, 'b.test.ts': passing })
  assert.not.ok(ok)
  assert.is(last, '3 passed, 1 failed, 0 skipped')
  assert.match(printed, 'one is not two')
})

test('what uvu lets pass is a failure', async () => {
  const hook = `${head}test.before(() => { throw new Error('no') })\ntest('a', () => {})\ntest.run()\n`
  const cases: [string, string, RegExp][] = [
    ['a file without test.run()', `${head}test('a', () => {})\n`, /no test ran/],
    ['an empty file', '', /no test ran/],
    ['no test in the file', `${head}test.run()\n`, /the file has no test/],
    ['a process that dies', `${passing}process.kill(process.pid, 'SIGKILL')\n`, /died of SIGKILL/],
    ['an exit in the middle', `${head}test('a', () => process.exit(0))\ntest.run()\n`, /FAIL/],
    ['an exit code', `${passing}process.on('exit', () => { process.exitCode = 3 })\n`, /exit code 3/],
    ['an error on import', `import './missing.ts'\n`, /exit code 1[\s\S]*missing\.ts/],
    ['a throwing hook', hook, /hook threw/],
  ]
  const files = Object.fromEntries(cases.map(([, text], i) => [`${i}.test.ts`, text]))
  const { ok, printed, last } = await runOn(files)
  assert.not.ok(ok)
  assert.match(last!, new RegExp(`, ${cases.length} failed, 0 skipped$`))
  for (const [i, [name, , reason]] of cases.entries()) {
    const block = printed.split(/^(?=\[\d+\/)/m).find(part => part.includes(`test/${i}.test.ts`))!
    assert.match(block, reason, name)
  }
})

test('a file that never ends is stopped', async () => {
  const { printed, last } = await runOn({ 'a.test.ts': `${passing}setInterval(() => {}, 1000)\n` }, [], 3)
  assert.match(printed, 'did not end within 3 s')
  assert.is(last, '2 passed, 1 failed, 0 skipped')
})

test('patterns choose files, and each must match one', async () => {
  const files = { 'ecg/a.test.ts': passing, 'ops/b.test.ts': passing, 'ops/c.test.ts': passing }
  assert.is((await runOn(files, ['ops/'])).last, '4 passed, 0 failed, 0 skipped')
  const mistyped = await runOn(files, ['ecg/', 'opps/'])
  assert.not.ok(mistyped.ok)
  assert.match(mistyped.printed, 'no test file matches opps/')
  assert.is(mistyped.last, '2 passed, 1 failed, 0 skipped')
  assert.is((await runOn({})).last, '0 passed, 1 failed, 0 skipped')
})

test.run()
