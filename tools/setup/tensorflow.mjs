// Step: the native library of tfjs-node, which trains. By its own installer, else built against the library of the PyPI package.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cacheDir, platform } from './places.mjs'
import { intoPlace, run, SetupProblem, which } from './shell.mjs'
import { trainingDir } from './training.mjs'
import { lacksPip, unpackWheel } from './wheel.mjs'

const modules = join(trainingDir, 'node_modules')
const packageDir = join(modules, '@tensorflow', 'tfjs-node')
const tensorflowVersion = '2.21.0'
/** The binding speaks Node-API 8, so one build serves Node 20, 22 and 24. */
const napi = 8

/**
 * `deps` (libraries) and `lib` (the binding) of tfjs-node live in this folder of the cache, and the package links to them:
 * the binding finds the libraries by a path relative to its own real place, and other packages around it cost nothing.
 */
function treeDir() {
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'))
  return join(cacheDir, `tfjs-node-${version}-napi${napi}-${platform}`)
}

const bindingIn = dir => join(dir, 'lib', `napi-v${napi}`, 'tfjs_binding.node')
const libraryIn = dir => join(dir, 'deps', 'lib', 'libtensorflow.so')

/** Returns whether the library in use is that of the PyPI package. */
export const isByWheel = () => existsSync(join(packageDir, 'deps', 'lib', 'libtensorflow_cc.so.2'))

export const tensorflow = {
  name: 'TensorFlow library of tfjs-node',
  part: 'training',
  cost: () =>
    existsSync(packageDir) && existsSync(treeDir())
      ? 'from the cache'
      : '274 MB download, 820 MB on disk, about a minute',
  /** An installation that somebody made by hand is as good as ours. */
  ready: () => (existsSync(bindingIn(packageDir)) && existsSync(libraryIn(packageDir)) ? {} : undefined),
  lacks: () => (existsSync(packageDir) ? undefined : 'the npm package @tensorflow/tfjs-node is missing'),
  async install(say) {
    const tree = treeDir()
    if (!existsSync(tree)) {
      await intoPlace(tree, async dir => {
        const official = await byItsInstaller(dir).catch(problem => problem)
        if (!official) return
        say(`its own installer failed (${official.message}); building against tensorflow ${tensorflowVersion} of PyPI`)
        await byWheel(dir)
      })
    }
    link(tree)
    await load().catch(problem => {
      unlink()
      rmSync(tree, { recursive: true, force: true })
      throw new SetupProblem(`the library was installed but does not load: ${problem.message}`)
    })
  },
}

/** Lets tfjs-node install itself, then moves the result into `dir`. */
async function byItsInstaller(dir) {
  unlink()
  const bin = join(modules, '.bin')
  const began = Date.now()
  const deps = join(packageDir, 'deps')
  // A firewall that swallows packets shows as a folder that stays empty.
  const stalled = () => Date.now() - began > 45_000 && existsSync(deps) && readdirSync(deps).length === 0
  await run(process.execPath, ['scripts/install.js'], {
    cwd: packageDir,
    env: { PATH: `${bin}${delimiter}${process.env.PATH}` },
    stalled,
  })
  // Its exit code is 0 even when the download was an error page: the result counts.
  if (!existsSync(bindingIn(packageDir))) throw new SetupProblem('it left no binding')
  for (const part of ['deps', 'lib']) {
    cpSync(join(packageDir, part), join(dir, part), { recursive: true, verbatimSymlinks: true })
    rmSync(join(packageDir, part), { recursive: true })
  }
}

/** Takes the library out of the wheel of TensorFlow for Python and compiles the binding's two files against it. */
async function byWheel(dir) {
  const architecture = { x64: 'x86_64', arm64: 'aarch64' }[process.arch]
  if (process.platform !== 'linux' || !architecture) throw new SetupProblem(`no PyPI library for ${platform} is known`)
  if (!which('c++'))
    throw new SetupProblem('a C++ compiler is missing', 'Install g++ (Debian, Ubuntu: apt-get install g++)')
  const missing = lacksPip()
  if (missing) throw new SetupProblem(missing)

  const requirement = `${architecture === 'x86_64' ? 'tensorflow-cpu' : 'tensorflow'}==${tensorflowVersion}`
  // The library does not depend on Python, so that any wheel serves every Python that runs pip.
  const options = ['--python-version', '311', '--platform', `manylinux_2_27_${architecture}`]
  const headers = 'include/(tensorflow/(c|core/platform)|tsl/platform|xla/tsl/c)/[^/]*[.]h$|include/tensorflow/c/eager/'
  await unpackWheel(requirement, `^tensorflow/(libtensorflow_(cc|framework)[.]so[.]2$|${headers})`, dir, options)

  const unpacked = join(dir, 'tensorflow')
  const lib = join(dir, 'deps', 'lib')
  mkdirSync(lib, { recursive: true })
  for (const [file, name] of [
    ['libtensorflow_cc', 'libtensorflow'],
    ['libtensorflow_framework', 'libtensorflow_framework'],
  ]) {
    renameSync(join(unpacked, `${file}.so.2`), join(lib, `${file}.so.2`))
    symlinkSync(`${file}.so.2`, join(lib, `${name}.so`))
  }
  await compile(dir, join(unpacked, 'include'))
  rmSync(unpacked, { recursive: true })
}

/** What its binding.gyp says, in one call of the compiler: no make, no node-gyp, no headers of the running Node. */
async function compile(dir, tensorflowHeaders) {
  const binding = bindingIn(dir)
  mkdirSync(join(binding, '..'), { recursive: true })
  const nodeHeaders = join(modules, 'node-api-headers', 'include')
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map(file => join(packageDir, 'binding', file))
  const flags = ['-shared', '-fPIC', '-O2', '-std=c++17', `-DNAPI_VERSION=${napi}`]
  const includes = [`-I${nodeHeaders}`, `-I${tensorflowHeaders}`]
  const libraries = [`-L${join(dir, 'deps', 'lib')}`, '-ltensorflow', '-ltensorflow_framework']
  await run('c++', [
    ...flags,
    ...includes,
    ...sources,
    '-o',
    binding,
    ...libraries,
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ])
}

function link(tree) {
  unlink()
  for (const part of ['deps', 'lib']) symlinkSync(join(tree, part), join(packageDir, part))
}

function unlink() {
  for (const part of ['deps', 'lib']) rmSync(join(packageDir, part), { recursive: true, force: true })
}

/** Multiplies two numbers in a fresh process: a library that cannot be loaded would take this one down. */
async function load() {
  // Node 23 dropped two functions that tfjs-node 4.22 calls.
  const program = `
    const util = require('node:util')
    util.isNullOrUndefined ??= x => x === null || x === undefined
    util.isArray ??= Array.isArray
    const tf = require('@tensorflow/tfjs-node')
    if (tf.scalar(6).mul(7).dataSync()[0] !== 42) throw new Error('6 times 7 is not 42')`
  await run(process.execPath, ['-e', program], { cwd: trainingDir, env: { TF_CPP_MIN_LOG_LEVEL: '2' } })
}
