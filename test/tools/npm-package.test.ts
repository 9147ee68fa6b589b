import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeNpy } from '../../src-ts/npy.ts'
import { skip } from '../helpers/environment.ts'

const name = 'the npm package'
const test = suite(name)
const root = fileURLToPath(new URL('../../', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'holter-npm-'))
test.after(() => rmSync(dir, { recursive: true, force: true }))

/** The file behind a program of PATH, or undefined. */
function programOf(program: string): string | undefined {
  const found = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, program))
  const path = found.find(existsSync)
  return path && realpathSync(path)
}

/** A PATH of node and npm only, and of the shell with which npx starts what it runs. */
const path = join(dir, 'bin')
mkdirSync(path)
symlinkSync(process.execPath, join(path, 'node'))
for (const program of ['npm', 'npx', 'sh']) symlinkSync(programOf(program)!, join(path, program))

const { stdout: registry } = spawnSync('npm', ['config', 'get', 'registry'], { cwd: root, encoding: 'utf8' })
/** Nothing of this checkout's, and nothing of its cache: what the network needs, and one quick answer where there is none. */
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([key]) => /^(HOME|.*_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i.test(key)),
  ),
  PATH: path,
  HOLTER_CACHE_DIR: join(dir, 'holter-cache'),
  npm_config_registry: registry.trim(),
  npm_config_fetch_retries: '1',
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_update_notifier: 'false',
}

const packed = spawnSync('npm', ['pack', '--json', '--pack-destination', dir], { cwd: root, encoding: 'utf8' })
assert.is(packed.status, 0, packed.stderr)
const [tarball] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [
  { filename: string; size: number; files: { path: string }[] },
]
const files = tarball.files.map(file => file.path)

test('it is below 3 MB: JavaScript with its types, and no TypeScript but kernels', () => {
  assert.ok(tarball.size < 3e6, `${tarball.size} bytes`)
  assert.ok(files.includes('LICENSE') && files.includes('README.md'))
  assert.equal(
    files.filter(file => /^(src-ts|test|build|\.)/.test(file)),
    [],
  )
  const typescript = files.filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  assert.equal(
    typescript.filter(file => !file.startsWith('src-as/')),
    [],
  )
  for (const file of files.filter(file => file.startsWith('dist/') && file.endsWith('.js')))
    assert.ok(files.includes(file.replace(/js$/, 'd.ts')), file)
})

test('it has every file that the code reads beside itself or below its root', () => {
  const sources = readdirSync(join(root, 'src-ts'), { recursive: true, encoding: 'utf8' }).filter(file =>
    file.endsWith('.ts'),
  )
  const wanted = sources.flatMap(file => {
    const text = readFileSync(join(root, 'src-ts', file), 'utf8')
    const beside = [...text.matchAll(/new URL\('([^']+)', import\.meta\.url\)/g)].map(([, other]) =>
      join('dist', file, '..', other),
    )
    const below = !text.includes('/places.ts')
      ? []
      : [...text.matchAll(/join\(root, ((?:'[^']+'(?:, )?)+)\)/g)].map(([, parts]) =>
          join(...[...parts.matchAll(/'([^']+)'/g)].map(([, part]) => part)),
        )
    return [...beside, ...below].map(other => ({ file, other: other.replace(/\/$/, '') }))
  })
  assert.ok(wanted.length > 5, 'they were found')
  // The root itself, and what only a checkout has.
  const exempt = ['.', 'src-ts', '.cache', 'tools/typescript.mjs']
  const missing = wanted.filter(
    ({ other }) => !exempt.includes(other) && !files.some(file => file === other || file.startsWith(`${other}/`)),
  )
  assert.equal(missing, [])
})

/** A folder of its own with an npm cache of its own, and the package in it. */
async function install(...options: string[]): Promise<{ folder: string; status: number | null; stderr: string }> {
  const folder = mkdtempSync(join(dir, 'project-'))
  const env = { ...environment, npm_config_cache: join(folder, '.npm') }
  const child = spawn('npm', ['install', ...options, join(dir, tarball.filename)], { cwd: folder, env })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', chunk => {
    stderr += chunk
  })
  child.stdout.resume()
  const status = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { folder, status, stderr }
}

const installed = await Promise.all([install(), install('--ignore-scripts')])
const offline = installed.find(({ stderr }) =>
  /E(NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|AI_AGAIN)/.test(stderr),
)
const [{ folder: project }] = installed

/** Registers a test of an installed package, which is skipped by name where the registry cannot be reached. */
function online(title: string, run: () => void): void {
  if (offline) skip(name, title, 'the npm registry cannot be reached')
  else test(title, run)
}

function started(program: string, ...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, { cwd: project, env: environment, encoding: 'utf8' })
}

/** What npx starts, without its half second. */
const bin = join(project, 'node_modules/.bin/holter')

/** Runs a command that has to succeed, and returns what it says. */
function holter(...args: string[]): string {
  const { status, stdout, stderr } = started(bin, ...args)
  assert.is(status, 0, stderr)
  return stdout
}

online('it installs into an empty folder, with and without scripts of packages', () => {
  for (const { status, stderr } of installed) assert.is(status, 0, stderr)
})

online('what it brings is small beside the two compilers, and trains nothing', () => {
  const modules = join(project, 'node_modules')
  const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'))
  const names = Object.keys(packages)
  assert.equal(
    names.filter(path => /tensorflow|esbuild|typescript/.test(path)),
    [],
  )
  const bytes = (folder: string) =>
    readdirSync(join(modules, folder), { recursive: true, encoding: 'utf8' }).reduce(
      (sum, file) => sum + lstatSync(join(modules, folder, file)).size,
      0,
    )
  const megabytes = (bytes('.') - bytes('binaryen') - bytes('assemblyscript')) / 1e6
  const size = `${(tarball.size / 1e6).toFixed(1)} MB packed`
  console.log(`NOTE ${size}; ${names.length} packages, ${megabytes.toFixed(1)} MB beside binaryen and assemblyscript`)
  assert.ok(names.length < 90, `${names.length} packages`)
  assert.ok(megabytes < 60, `${megabytes} MB`)
})

online('its commands work on a .tflite file', () => {
  copyFileSync(join(root, 'models/ecg-tiny.tflite'), join(project, 'own.tflite'))
  writeFileSync(join(project, 'x.npy'), writeNpy({ shape: [1, 1000, 12], data: new Float32Array(12000) }))
  assert.match(started('npx', '--no-install', 'holter', '--help').stdout, /compile \[options\] <model>/)
  assert.match(holter('compile', 'own.tflite', '--flavour', 'simd', '--out', 'out'), /own\.simd\.wasm/)
  assert.ok(existsSync(join(project, 'out/kernels/own.simd.ts')))
  assert.match(holter('inspect', 'own.tflite'), /3,426,112 per inference/)
  holter('run', 'own.tflite', '--engine', 'reference', '--input', 'x.npy', '--output', 'y.npy')
  assert.ok(existsSync(join(project, 'y.npy')))
  assert.match(holter('bench', 'own.tflite', '--reps', '5'), /^node +simd/m)
})

online('models that ship have names, and a large one says where it is', () => {
  assert.match(holter('inspect', 'beat-rr'), /^weights +22,\d\d\d/m)
  const { status, stderr } = started(bin, 'inspect', 'inception-cnn')
  assert.is(status, 1)
  assert.match(stderr, /^\[file\] inception-cnn: its card ships, .* Take it from models\/ of Holter's repository/)
})

online('verify proves a module, and names an engine that is not installed and how to get it', () => {
  const module = ['--module', 'out/own.simd.wasm']
  const rows = JSON.parse(holter('verify', 'own.tflite', '--inputs', '2', '--json', ...module))
  const row = (engine: string) => rows.find((each: { engine: string }) => each.engine === engine)
  assert.is(row('node').differing, 0)
  assert.ok(row('node').outputs > 0)
  assert.match(row('wasmtime').skipped, /Run npx holter setup wasmtime/)
})

online('commands that train say what is missing, and how to get it', () => {
  const { status, stderr } = started(bin, 'train', 'gap-cnn')
  assert.is(status, 1)
  assert.match(stderr, /^\[setup\] @tensorflow\/tfjs-node: .* is not installed\. Run npx holter setup training/)
})

online('the program of the README checks its types against it, without those of TensorFlow.js, and runs', () => {
  const [, program] = readFileSync(join(root, 'README.md'), 'utf8').match(/```ts\n([\s\S]*?)```/)!
  const options = { target: 'es2022', module: 'nodenext', strict: true, skipLibCheck: false, lib: ['es2023', 'dom'] }
  const files = {
    'tsconfig.json': JSON.stringify({ compilerOptions: options, files: ['program.mts', 'wrong.mts'] }),
    'program.mts': program.replace('inputs: 16', 'inputs: 1'),
    'wrong.mts': `import { type Manifest, verify } from 'holter'
export const differing: string[] = (await verify({ model: 'ecg-tiny' })).map(row => row.differing)
export const sizeOf = (manifest: Manifest): number => manifest.memoryByte`,
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text)
  const checked = started('node', join(root, 'node_modules/typescript/bin/tsc'), '-p', '.')
  const errors = [...checked.stdout.matchAll(/^(\S+)\((\d+),\d+\): error (TS\d+)/gm)].map(([, ...parts]) =>
    parts.join(' '),
  )
  assert.equal(errors, ['wrong.mts 2 TS2322', 'wrong.mts 3 TS2551'], checked.stdout)
  const ran = started('node', 'program.mjs')
  assert.is(ran.status, 0, ran.stderr)
  assert.match(ran.stdout, /bytes 3426112 MACs\nevery engine found here agrees\n\[ 1, 5 \] Float32Array\(5\)/)
})

test.run()
