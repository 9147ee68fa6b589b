// Step: the wasmtime library and src-ts/engines/wasmtime-host.c, the program that runs modules with it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir, codeDir, platform } from './places.mjs'
import { intoPlace, run, SetupProblem, which } from './shell.mjs'
import { lacksPip, unpackWheel } from './wheel.mjs'

/** The npm package of this name is an empty placeholder; the wheel is published by the wasmtime project itself. */
const version = '49.0.0'
const library = process.platform === 'darwin' ? 'libwasmtime.dylib' : 'libwasmtime.so'
const libraryDir = join(cacheDir, `wasmtime-${version}-${platform}`)
const source = join(codeDir, 'engines', 'wasmtime-host.c')
/** Another source is another program: two checkouts may share the cache. */
const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12)
const host = join(libraryDir, `wasmtime-host-${hash}`)

export const wasmtime = {
  name: `wasmtime ${version}`,
  part: 'wasmtime',
  cost: () => (existsSync(libraryDir) ? 'its host program, 1 s' : '10 MB download, 32 MB on disk, about 10 s'),
  ready: () => (existsSync(host) ? { wasmtimeHost: host } : undefined),
  lacks() {
    if (!which('cc')) return 'a C compiler is missing. Install one (Debian, Ubuntu: apt-get install gcc libc6-dev)'
    return existsSync(libraryDir) ? undefined : lacksPip()
  },
  async install() {
    if (!existsSync(libraryDir)) {
      await intoPlace(libraryDir, async dir => {
        await unpackWheel(`wasmtime==${version}`, '/_libwasmtime[.](so|dylib)$', dir)
        const folder = join(dir, 'wasmtime')
        const [inside] = readdirSync(folder)
        renameSync(join(folder, inside, `_${library}`), join(dir, library))
        rmSync(folder, { recursive: true })
      })
    }
    await build()
  },
}

async function build() {
  const partial = `${host}.partial-${process.pid}`
  const origin = process.platform === 'darwin' ? '@loader_path' : '$ORIGIN'
  const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', source, '-o', partial]
  try {
    await run('cc', [...flags, `-L${libraryDir}`, '-lwasmtime', `-Wl,-rpath,${origin}`])
    check(partial)
    renameSync(partial, host)
  } catch (problem) {
    throw new SetupProblem(`the wasmtime host does not build: ${problem.message}`, 'Install gcc and libc6-dev')
  } finally {
    rmSync(partial, { force: true })
  }
}

/** A module that exports an empty function `run` and a `memory`. */
const idle = Buffer.from(
  '0061736d01000000010401600000030201000503010001071002066d656d6f727902000372756e00000a040102000b',
  'hex',
)

/** Loads the idle module and runs it: a library for another machine or C library is noticed here and not in a test. */
function check(program) {
  const input = Buffer.concat([Buffer.from(`module ${idle.length}\n`), idle, Buffer.from('run 1\n\0')])
  const { status, stderr, error } = spawnSync(program, ['0:1', '0:1'], { input, timeout: 60_000 })
  if (status !== 0) throw new SetupProblem(error?.message ?? (String(stderr).trim() || 'it ends without a word'))
}
