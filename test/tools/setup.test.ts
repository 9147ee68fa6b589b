import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { intoPlace, retry, run, SetupProblem, which } = await import(
  new URL('../../tools/setup/shell.mjs', import.meta.url).href
)

/** A folder that is gone after the test. */
async function inFolder<T>(work: (dir: string) => T | Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'holter-setup-'))
  try {
    return await work(dir)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function problemOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
  } catch (problem) {
    assert.instance(problem, SetupProblem)
    return (problem as Error).message
  }
  throw new Error('there was no problem')
}

const project = suite('tools/setup on a bare machine')

/** The folder of the packages that train, below a cache. */
const training = `training-${createHash('sha256')
  .update(readFileSync(join(root, 'tools/setup/training/npm-shrinkwrap.json')))
  .digest('hex')
  .slice(0, 12)}`
const tfjsNode = join('cache', training, 'node_modules/@tensorflow/tfjs-node')

/** A checkout whose npm packages are in place, and whose tfjs-node cannot install itself. */
function checkout(dir: string): void {
  const sources = ['places.ts', 'toolchain.ts', 'version.ts', 'engines/wasmtime-host.c', 'train/descriptors.c'].map(
    file => `src-ts/${file}`,
  )
  for (const path of ['tools', 'package.json', ...sources]) {
    cpSync(join(root, path), join(dir, path), { recursive: true })
  }
  const files = {
    'package-lock.json': '{ "packages": { "": {}, "node_modules/a": { "version": "1.0.0" } } }',
    'node_modules/.package-lock.json': '{ "packages": { "node_modules/a": { "version": "1.0.0" } } }',
    [`${tfjsNode}/package.json`]: '{ "version": "4.22.0" }',
    [`${tfjsNode}/scripts/install.js`]: 'throw new Error("no such host")',
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
}

/** Runs a script of the checkout with nothing on PATH: no npm, no python3, no compiler. */
function bare(dir: string, script = 'tools/setup.mjs', ...args: string[]) {
  const env = { PATH: join(dir, 'empty'), HOME: dir, HOLTER_CACHE_DIR: join(dir, 'cache') }
  const began = Date.now()
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(dir, script), ...args], {
    env,
    encoding: 'utf8',
  })
  return { status, stderr, stdout, seconds: (Date.now() - began) / 1000 }
}

project('each missing part is left out with what to install, and the exit code is 0', () =>
  inFolder(dir => {
    checkout(dir)
    const { status, stderr } = bare(dir)
    assert.is(status, 0)
    assert.match(stderr, /left out: Python tools: python3 is missing\. Install Python .*python3-venv\)\.\n/)
    assert.match(stderr, /its own installer failed \(node failed: Error: no such host\)/)
    assert.match(stderr, /left out: TensorFlow library of tfjs-node: a C\+\+ compiler is missing\. Install g\+\+/)
    assert.match(stderr, /left out: wasmtime \S+: a C compiler is missing\. Install one .*gcc/)
    assert.not.match(stderr, /^ +at /m)
    const { leftOut, ...found } = JSON.parse(readFileSync(join(dir, '.cache', 'toolchain.json'), 'utf8'))
    assert.equal(found, { training: join(dir, 'cache', training) })
    assert.is(Object.keys(leftOut).length, 3)
    assert.equal(readdirSync(join(dir, 'cache')), [training])
  }),
)

project(
  'a part that is asked for comes alone, what is known of the others stays, and its failure is the exit code',
  () =>
    inFolder(dir => {
      checkout(dir)
      assert.is(bare(dir).status, 0)
      const record = () => JSON.parse(readFileSync(join(dir, '.cache', 'toolchain.json'), 'utf8'))
      const before = record()
      const { status, stderr } = bare(dir, 'tools/setup.mjs', 'wasmtime')
      assert.is(status, 1)
      assert.match(stderr, /left out: wasmtime \S+: a C compiler is missing/)
      assert.not.match(stderr, /its own installer failed/)
      assert.equal(Object.keys(record().leftOut).sort(), Object.keys(before.leftOut).sort())
      const odd = bare(dir, 'tools/setup.mjs', 'wasmtine')
      assert.is(odd.status, 1)
      assert.is(odd.stderr, '[setup] wasmtine: no such part (expected python, training, wasmtime, firmware, import).\n')
    }),
)

project('an npm package keeps its record in the cache', () =>
  inFolder(dir => {
    checkout(dir)
    renameSync(join(dir, 'src-ts'), join(dir, 'dist'))
    const { status, stderr } = bare(dir)
    assert.is(status, 0)
    assert.not.match(stderr, /npm packages: ready/)
    const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
    assert.equal(readdirSync(join(dir, 'cache', `holter-${version}`)), ['toolchain.json'])
    assert.not.ok(existsSync(join(dir, '.cache')))
  }),
)

project('an automatic set-up says it once and is quick the next time', () =>
  inFolder(dir => {
    checkout(dir)
    const script = "import { setup } from './setup.mjs'\nprocess.exitCode = (await setup({ quiet: true })) ? 0 : 1\n"
    writeFileSync(join(dir, 'tools', 'automatic.mjs'), script)
    const first = bare(dir, 'tools/automatic.mjs')
    assert.is(first.status, 0)
    assert.match(first.stderr, /Python tools: left out: python3 is missing/)
    const second = bare(dir, 'tools/automatic.mjs')
    assert.is(second.status, 0)
    assert.is(second.stderr + second.stdout, '')
    assert.ok(second.seconds < 2, `${second.seconds} s`)
  }),
)

project('the product learns from the record what is there and what is not', () =>
  inFolder(dir => {
    checkout(dir)
    const ask = () => {
      const module = JSON.stringify(pathToFileURL(join(dir, 'src-ts', 'toolchain.ts')))
      const text = `const { venvPython, wasmtimeHost, leftOut } = await import(${module})
        console.log(JSON.stringify([venvPython() ?? null, wasmtimeHost() ?? null, leftOut('wasmtime') ?? null]))`
      const loader = new URL('../../tools/typescript.mjs', import.meta.url).href
      const args = ['--import', loader, '--input-type=module', '-e', text]
      return JSON.parse(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout)
    }
    assert.equal(ask(), [null, null, null], 'before set-up')
    bare(dir)
    const [python, host, reason] = ask()
    assert.equal([python, host], [null, null])
    assert.match(reason, /^a C compiler is missing/)
    const record = { python: process.execPath, wasmtimeHost: join(dir, 'gone'), leftOut: {} }
    writeFileSync(join(dir, '.cache', 'toolchain.json'), JSON.stringify(record))
    assert.equal(ask(), [process.execPath, null, null], 'a file that is gone does not count')
  }),
)

project('without npm packages it ends with one clear line', () =>
  inFolder(dir => {
    checkout(dir)
    rmSync(join(dir, 'node_modules'), { recursive: true })
    const { status, stderr } = bare(dir)
    assert.is(status, 1)
    assert.match(stderr, /\[setup\] npm packages: failed: npm is missing\. Install Node\.js/)
    const holter = bare(dir, 'tools/holter.mjs')
    assert.is(holter.status, 1)
    assert.match(holter.stderr, /^\[setup\] node_modules: the packages are not installed\. Run npm run setup\.\n$/)
  }),
)

project('a lock file that changed is noticed', () =>
  inFolder(dir => {
    checkout(dir)
    writeFileSync(join(dir, 'package-lock.json'), '{ "packages": { "node_modules/a": { "version": "1.0.1" } } }')
    assert.is(bare(dir).status, 1)
    const optional = '{ "packages": { "node_modules/b": { "version": "1.0.1", "optional": true } } }'
    writeFileSync(join(dir, 'package-lock.json'), optional)
    assert.is(bare(dir).status, 0)
  }),
)

project('a native library that does not load is taken out again', () =>
  inFolder(dir => {
    checkout(dir)
    const tree = join(dir, 'cache', `tfjs-node-4.22.0-napi8-${process.platform}-${process.arch}`)
    for (const part of ['deps', 'lib']) mkdirSync(join(tree, part), { recursive: true })
    const { status, stderr } = bare(dir)
    assert.is(status, 0)
    assert.match(stderr, /TensorFlow library of tfjs-node: the library was installed but does not load: /)
    assert.not.ok(existsSync(tree))
    assert.not.ok(existsSync(join(dir, tfjsNode, 'lib')))
  }),
)

const shell = suite('tools/setup/shell')

shell('run returns what a program prints, or the line that says why it failed', async () => {
  const script = (text: string) => run(process.execPath, ['-e', text])
  assert.is(await script('console.log(6 * 7)'), '42\n')
  assert.is(
    await problemOf(() => script('console.error("a\\nfatal error: x.h: No such file\\nb"); process.exit(1)')),
    'node failed: fatal error: x.h: No such file',
  )
  assert.is(await problemOf(() => script('process.exit(7)')), 'node failed: exit code 7')
  assert.match(await problemOf(() => script('throw new TypeError("bad")')), /^node failed: TypeError: bad$/)
  assert.is(await problemOf(() => run('/no/such/program', [])), 'program cannot be run (ENOENT)')
})

shell('run ends a program that takes too long, with all that it started', async () => {
  const child = 'require("child_process").spawnSync(process.execPath, ["-e", "setTimeout(() => {}, 60000)"])'
  const began = Date.now()
  const message = await problemOf(() => run(process.execPath, ['-e', child], { limitSeconds: 1 }))
  assert.is(message, 'node did not end within 1 s')
  assert.ok(Date.now() - began < 20_000)
  assert.is(await problemOf(() => run(process.execPath, ['-e', child], { stalled: () => true })), 'node got no answer')
})

shell('retry tries again after a problem, and not after a mistake of ours', async () => {
  let tries = 0
  const third = () => (++tries < 3 ? Promise.reject(new SetupProblem('network')) : Promise.resolve(tries))
  assert.is(await retry(third, [0, 0]), 3)
  tries = 0
  assert.is(await problemOf(() => retry(third, [0])), 'network')
  tries = 0
  const mistake = () => Promise.reject(new TypeError(String(++tries)))
  assert.is(await retry(mistake, [0, 0]).catch((error: Error) => error.message), '1')
})

shell('a folder is whole or absent', () =>
  inFolder(async dir => {
    const target = join(dir, 'sub', 'library')
    const failing = async (partial: string) => {
      writeFileSync(join(partial, 'half'), '')
      throw new SetupProblem('broke')
    }
    await problemOf(() => intoPlace(target, failing))
    assert.equal(readdirSync(dirname(target)), [])
    // What a killed process left: its number is above any that Linux gives.
    mkdirSync(`${target}.partial-99999999`)
    await intoPlace(target, (partial: string) => writeFileSync(join(partial, 'whole'), 'first'))
    assert.equal(readdirSync(dirname(target)), ['library'])
    await intoPlace(target, (partial: string) => writeFileSync(join(partial, 'whole'), 'second'))
    assert.is(readFileSync(join(target, 'whole'), 'utf8'), 'first')
  }),
)

shell('which finds programs and no folders', () => {
  assert.is(typeof which('node'), 'string')
  assert.is(which('no-such-program-here'), undefined)
})

project.run()
shell.run()
