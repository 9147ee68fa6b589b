import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { engines } from '../src-ts/engines/index.ts'
import { networks } from '../src-ts/networks/index.ts'
import { flavourNames } from '../src-ts/ops/flavour.ts'
import { ops } from '../src-ts/ops/index.ts'
import { floatPasses } from '../src-ts/passes/float/index.ts'
import { compilePasses, importPasses } from '../src-ts/passes/int/index.ts'
import { rangeMethods } from '../src-ts/quantize/ranges/index.ts'
import { tasks } from '../src-ts/tasks/index.ts'
import { layerExports } from '../src-ts/train/export/index.ts'
import { pruneMethods } from '../src-ts/train/prune/index.ts'

/** The stages from the bottom up: a file may import from its own stage and from those above it in this list. */
const stages = [
  'errors.ts places.ts random.ts watch.ts',
  'version.ts',
  'toolchain.ts',
  'files.ts npy.ts shipped-models.ts',
  'ir',
  'ecg',
  'metrics networks tasks',
  'train ops',
  'reference',
  'passes',
  'tflite',
  'quantize plan',
  'codegen',
  'engines',
  'monitor',
  'package report',
  'runs',
  'commands',
  'index.ts main.ts',
].map(line => line.split(' '))

/** Folders with one file and one line in the index per thing: their index as names, and the type of a thing. */
const indexed = [
  { folder: 'ops', type: 'Op', names: ops.map(op => op.kind.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)) },
  { folder: 'passes/float', type: 'Pass', names: floatPasses.map(pass => pass.name) },
  {
    folder: 'passes/int',
    type: 'Pass',
    names: [...importPasses, ...compilePasses].map(pass => pass.name),
  },
  { folder: 'quantize/ranges', type: 'RangeMethod', names: rangeMethods.map(method => method.name) },
  { folder: 'train/export', type: 'LayerExport', names: layerExports.map(each => each.name) },
  { folder: 'train/prune', type: '(?:Mask|Shrink)Method', names: pruneMethods.map(method => method.name) },
  { folder: 'networks', type: 'Network', names: networks.map(network => network.name) },
  { folder: 'engines', type: 'Engine', names: engines.map(engine => engine.name) },
  { folder: 'tasks', type: 'Task', names: tasks.map(task => task.name) },
]

/** The rooms of ecg/, from the bottom up in the same way. */
const rooms = ['signal paper', 'formats', 'beats', 'datasets', 'checks synthetic stress'].map(line => line.split(' '))

const root = fileURLToPath(new URL('..', import.meta.url))

/** Paths below the project's root, of files below a folder that end in one of the extensions. */
function filesOf(folder: string, ...extensions: string[]): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => extensions.some(extension => name.endsWith(extension)))
    .filter(name => !name.startsWith('golden/'))
    .map(name => join(folder, name))
    .sort()
}

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = filesOf('src-ts', '.ts')
const tests = filesOf('test', '.ts')
const everything = [
  ...sources,
  ...tests,
  ...filesOf('src-ts', '.c', '.py', '.mjs'),
  ...filesOf('test', '.py'),
  ...filesOf('src-as', '.ts'),
  ...filesOf('tools', '.ts', '.mjs', '.py'),
]

/** Fails with one line per finding. */
function none(findings: readonly string[]): void {
  assert.ok(!findings.length, findings.join('\n'))
}

/** Every module that a file names in an import, an export or an import(). */
function importsOf(path: string): string[] {
  const pattern = /\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm
  return [...read(path).matchAll(pattern)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic)
}

/** The files of src-ts that a file imports. */
function filesImportedBy(path: string): string[] {
  return importsOf(path)
    .filter(name => name.startsWith('.') && name.endsWith('.ts'))
    .map(name => join(dirname(path), name))
    .filter(other => other.startsWith('src-ts'))
}

/** The stage of a file: the folder or file directly below src-ts. */
function stageOf(path: string): string {
  return relative('src-ts', path).split('/')[0]
}

const test = suite('layout')

test('imports only go down', () => {
  const level = (path: string) => stages.findIndex(stage => stage.includes(stageOf(path)))
  none(
    sources.flatMap(path => {
      if (level(path) < 0) return [`${path}: ${stageOf(path)} has no place in the table of stages`]
      return filesImportedBy(path)
        .filter(other => stageOf(other) !== stageOf(path) && level(other) >= level(path))
        .map(other => `${path} imports ${other}, which is not below it`)
    }),
  )
})

test('the rooms of ecg/ import only from those before them', () => {
  const roomOf = (path: string) => relative('src-ts/ecg', path).split('/')[0]
  const level = (path: string) => rooms.findIndex(line => line.includes(roomOf(path)))
  const files = sources.filter(path => stageOf(path) === 'ecg')
  none(files.filter(path => level(path) < 0).map(path => `${path}: ${roomOf(path)} is no room of ecg/`))
  none(
    files.flatMap(path =>
      filesImportedBy(path)
        .filter(other => stageOf(other) === 'ecg' && roomOf(other) !== roomOf(path) && level(other) >= level(path))
        .map(other => `${path} imports ${other}, which is not below it`),
    ),
  )
})

test('no files import each other in a circle, not even types', () => {
  const state = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (path: string, way: readonly string[]) => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') return void circles.push([...way.slice(way.indexOf(path)), path].join(' → '))
    state.set(path, 'open')
    for (const other of filesImportedBy(path)) visit(other, [...way, path])
    state.set(path, 'done')
  }
  for (const path of sources) visit(path, [])
  none(circles)
})

test('the product does not import from tests or tools', () => {
  none(
    sources.flatMap(path =>
      importsOf(path)
        .filter(name => /\.\.\/(test|tools)\//.test(name))
        .map(name => `${path}: ${name}`),
    ),
  )
})

test('tools do not import from tests', () => {
  const files = everything.filter(path => path.startsWith('tools/'))
  none(
    files.flatMap(path =>
      importsOf(path)
        .filter(name => name.includes('../test/'))
        .map(name => `${path}: ${name}`),
    ),
  )
})

test('only train/ loads tfjs; the others take it as an argument and import its types', () => {
  const lines = sources
    .filter(path => stageOf(path) !== 'train')
    .flatMap(path => {
      const statements = read(path).match(
        /^(import|export)[^']*'@tensorflow\/[^']*'|.*(import|require)\('@tensorflow\/.*/gm,
      )
      return (statements ?? []).map(statement => `${path}: ${statement.trim()}`)
    })
  none(lines.filter(line => !/: (import|export) type |typeof import\(/.test(line)))
})

/** The files that are loaded with one: what it imports, directly or through another, except by import(). */
function loadedWith(start: string): Set<string> {
  const seen = new Set<string>()
  const walk = (path: string) => {
    if (seen.has(path)) return
    seen.add(path)
    for (const [, name] of read(path).matchAll(/^(?:import|export) (?!type )[^']*'(\.[^']+)'/gm)) {
      if (name.endsWith('.ts')) walk(join(dirname(path), name))
    }
  }
  walk(start)
  return seen
}

test('a command loads what it does when it is called: --help waits for none of it', () => {
  const loaded = loadedWith('src-ts/main.ts')
  assert.ok(loaded.has('src-ts/commands/evaluate.ts'))
  const late = ['train', 'reference', 'passes', 'tflite', 'quantize', 'plan', 'codegen', 'engines']
  none([...loaded].filter(path => late.includes(stageOf(path))))
})

test('no command and no library loads the charts before they are drawn: they take a second', () => {
  for (const start of ['src-ts/main.ts', 'src-ts/index.ts'])
    none([...loadedWith(start)].filter(path => /^import (?!type )[^']*'vega'/m.test(read(path))))
})

test('runs print nothing and set no exit code: only commands and main.ts know of a terminal', () => {
  const terminal =
    /\bconsole\.|process\.(exit|exitCode|stdout|stderr)\b|from 'commander'|report\/(progress|terminal)\.ts'/
  const below = sources.filter(path => !['report', 'commands', 'main.ts'].includes(stageOf(path)))
  none(
    below.flatMap(path =>
      read(path)
        .split('\n')
        .filter(line => terminal.test(line))
        .map(line => `${path}: ${line.trim()}`),
    ),
  )
})

test('no file is longer than 320 lines', () => {
  const lines = (path: string) => read(path).split('\n').length - 1
  none(everything.filter(path => lines(path) > 320).map(path => `${path}: ${lines(path)} lines`))
})

test('files are kebab-case, and named after a thing', () => {
  const vague = /^(utils?|common|misc|manager|helpers?)$/
  none(everything.filter(path => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(basename(path))))
  none(
    everything.filter(path => path.split(/[/.]/).some(part => vague.test(part)) && !path.startsWith('test/helpers/')),
  )
})

for (const { folder, type, names } of indexed) {
  test(`${folder}: one file and one line in the index for each`, () => {
    none(
      names
        .filter(name => !existsSync(join(root, 'src-ts', folder, `${name}.ts`)))
        .map(name => `${name} has no file of its name`),
    )
    const declares = new RegExp(`^export const \\w+: ${type}\\b`, 'm')
    const files = sources.filter(path => path.startsWith(`src-ts/${folder}/`) && declares.test(read(path)))
    none(files.filter(path => !names.includes(basename(path, '.ts'))).map(path => `${path} is not in the index`))
    assert.is(new Set(names).size, names.length, 'two things have one name')
  })

  test(`${folder}: a suite iterates over the index`, () => {
    const suites = tests.filter(path => path.endsWith('.test.ts') && path !== 'test/layout.test.ts')
    assert.ok(suites.some(path => importsOf(path).some(name => name.endsWith(`/${folder}/index.ts`))))
  })
}

test('ops/kernels: one file for each kernel, and each is in the list of an op', () => {
  const listed = new Set(ops.flatMap(op => op.kernels.map(kernel => kernel.name)))
  const files = sources.filter(path => path.startsWith('src-ts/ops/kernels/'))
  none(files.filter(path => !listed.has(basename(path, '.ts'))).map(path => `${path} is the kernel of no op`))
})

test('every flavour has a target in asconfig.json, and every target is a flavour', () => {
  const { targets } = JSON.parse(read('asconfig.json')) as { targets: object }
  assert.equal(Object.keys(targets).sort(), [...flavourNames].sort())
})

test('the runner finds exactly the files that run tests', async () => {
  const { testFiles } = await import(new URL('../tools/test-runner.mjs', import.meta.url).href)
  const found: string[] = testFiles(join(root, 'test')).map((path: string) => relative(root, path))
  assert.equal(
    found,
    tests.filter(path => /\w\.run\(\)\n$/.test(read(path))),
  )
})

test.run()
