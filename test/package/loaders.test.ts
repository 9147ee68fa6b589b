import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileProgram } from '../../src-ts/codegen/compile.ts'
import { HolterError } from '../../src-ts/errors.ts'
import { bindNatives } from '../../src-ts/package/bind-natives.ts'
import { modelSource } from '../../src-ts/package/c-model.ts'
import { checkPackage } from '../../src-ts/package/flash.ts'
import { toC } from '../../src-ts/package/form-c.ts'
import { compileAhead } from '../../src-ts/package/form-wasmtime.ts'
import { moduleSlot } from '../../src-ts/package/module-slot.ts'
import { packageModel } from '../../src-ts/package/package.ts'
import { boardOf, readTarget } from '../../src-ts/package/target.ts'
import { seededVectors } from '../../src-ts/package/vectors.ts'
import { wasm3Sources } from '../../src-ts/package/wasm3-sources.ts'
import { random } from '../../src-ts/random.ts'
import { firmwareTool, wasmtimeHost } from '../../src-ts/toolchain.ts'
import { testUnless } from '../helpers/environment.ts'
import { tinyModel } from '../helpers/tiny-network.ts'
import { linesOf, MUTATIONS, missingForC, sanitized, testSources } from './c-harness.ts'

// Damaged modules, vectors and manifests, given to what reads them on a device or before it: a clear refusal, never a start, never a finding
// of a sanitizer. HOLTER_LONG=1 for ten thousand of each.

const test = suite('package/loaders')
const missing = missingForC()
const scenes = testUnless(missing, 'package/loaders', test)
const noWasm3 = missing ?? (firmwareTool('wasm3') ? undefined : 'wasm3 is missing (npx holter setup firmware)')
const host = wasmtimeHost()
const noWasmtime =
  missing ??
  (host && firmwareTool('piCompiler') ? undefined : 'wasmtime is missing (npx holter setup wasmtime firmware)')

const adc = { gain: 1000, baseline: 0 }
const model = tinyModel()
const made = await model.build('firmware')
const plainModule = await compileProgram(made.program)

/** A slot with a module as the interpreter wants it, and one with machine code. */
const interpreted = async () => moduleSlot(made, await bindNatives(plainModule, made.program.natives), adc)
const machineCode = (args: readonly string[]) => moduleSlot(made, compileAhead(plainModule, args), adc)

/** What a program of fuzz-init.c makes of one slot. */
function said(program: string, slot: Uint8Array): string {
  const path = join(dirname(program), 'one.slot')
  writeFileSync(path, slot)
  return linesOf(program, '', [path, '0', '1'])[0]
}

/** Numbers that a fuzzing program prints about mutated copies of a slot. */
function mutate(program: string, slot: Uint8Array): number[] {
  const path = join(dirname(program), 'slot')
  writeFileSync(path, slot)
  return linesOf(program, '', [path, String(MUTATIONS), '1'])[0]
    .split(' ')
    .map(Number)
}

/** Parts of a module, as text, and why it is refused. */
const REFUSED = {
  '(func (export "run"))': 'taken',
  '(func (export "run") (drop (memory.grow (i32.const 1))))': 'the module has an instruction of another kind',
  '(func (export "run") (f32.store (i32.const 0) (f32.load (i32.const 0))))': 'the module has floating point',
  '(func $a (export "run") (call $b)) (func $b (call $a))': 'a function calls itself',
  '(func (export "run") (local i64 f64))': 'a type is neither i32 nor i64',
  '(table 1 funcref) (func (export "run"))': 'a section is of another kind, or in another place',
  '(func (export "run")) (data (i32.const 1048570) "1234567")': 'data lie outside memory',
  '(func (export "run")) (func (param i32) (result i32 i32) (local.get 0) (local.get 0))':
    'a function has several results',
}

async function slotOf(parts: string, behind: readonly number[] = []): Promise<Uint8Array> {
  const { default: binaryen } = await import('binaryen')
  const module = binaryen.parseText(`(module (memory 16) ${parts})`)
  const bytes = Uint8Array.from([...module.emitBinary(), ...behind])
  module.dispose()
  return moduleSlot({ ...made, program: { ...made.program, memoryBytes: 2 ** 20 } }, bytes, adc)
}

/** What becomes of copies whose module differs by little, from its start to its data: refused, run, ended in a fault, stopped. */
function forge(program: string, slot: Uint8Array): number[] {
  const path = join(dirname(program), 'slot')
  writeFileSync(path, slot)
  const dataBytes = made.program.memoryBytes - made.program.readOnlyAddress
  const within = Math.max(256, slot.length - 256 - dataBytes)
  const line = linesOf(program, '', [path, String(MUTATIONS), '1', String(within)])[0]
  if (process.env.HOLTER_LONG === '1') console.error(`forged: ${line} (refused, ran, fault, stopped)`)
  return line.split(' ').map(Number)
}

scenes(`slots and vectors of a model in C`, async () => {
  const program = sanitized(
    { 'model.c': modelSource(made, toC(made.wasm), adc), ...testSources('fuzz-loaders.c', 'mutate.h') },
    ['self-test.c', 'module-slot.c'],
  )
  const slot = join(dirname(program), 'slot')
  const vectors = join(dirname(program), 'vectors')
  writeFileSync(slot, moduleSlot(made, plainModule, adc))
  writeFileSync(vectors, (await seededVectors(model, 8, 1)).file)
  const [line] = linesOf(program, '', [slot, vectors, String(MUTATIONS), '1'])
  const [refused, same, , forgedRefused, vectorsRefused] = line.split(' ').map(Number)
  assert.is(refused + same, MUTATIONS)
  assert.ok(forgedRefused > 0 && vectorsRefused > MUTATIONS / 10, line)
})

testUnless(
  noWasm3,
  'package/loaders',
  test,
)('slots for the interpreter', async () => {
  const program = interpreterProgram()
  const slot = await interpreted()
  assert.is(said(program, slot), 'taken')
  const [refused, same] = mutate(program, slot)
  assert.is(refused + same, MUTATIONS)

  // With checksums that fit: refused, or run within their memory.
  for (const whole of [slot, moduleSlot(made, plainModule, adc)]) {
    const ends = forge(program, whole)
    assert.is(ends[0] + ends[1] + ends[2] + ends[3], MUTATIONS)
    assert.ok(ends[0] > MUTATIONS / 4 && ends[1] > 0, ends.join(' '))
  }
  for (const [parts, sentence] of Object.entries(REFUSED))
    assert.is(said(program, await slotOf(parts)), sentence, parts)
  const custom = (name: string) => [0, 1 + name.length, name.length, ...Buffer.from(name)]
  assert.is(said(program, await slotOf('(func (export "run"))', custom('notes'))), 'taken')
  assert.is(said(program, await slotOf('(func (export "run"))', custom('name'))), 'the module has names of functions')

  const flipped = Uint8Array.from(slot)
  flipped[300] ^= 1
  assert.match(said(program, flipped), 'damaged')
  const large = { ...made, program: { ...made.program, memoryBytes: 200_000 } }
  assert.match(said(program, moduleSlot(large, plainModule, adc)), 'less memory than its slot says')
  if (!noWasmtime) assert.match(said(program, machineCode([])), 'no WebAssembly')
})

testUnless(
  noWasmtime,
  'package/loaders',
  test,
)('slots for wasmtime', async () => {
  const program = sanitized(
    testSources('fuzz-init.c', 'mutate.h'),
    ['wasmtime.c', 'module-slot.c'],
    [`-L${dirname(host!)}`, '-lwasmtime', `-Wl,-rpath,${dirname(host!)}`],
  )
  const slot = machineCode([])
  assert.is(said(program, slot), 'taken')
  const [refused, same] = mutate(program, slot)
  assert.is(refused + same, MUTATIONS)

  assert.match(said(program, await interpreted()), /^fuzz[.]slot: /)
  const other = process.arch === 'arm64' ? 'x86_64-unknown-linux-gnu' : 'aarch64-unknown-linux-gnu'
  assert.match(said(program, machineCode(['--target', other])), /compiled for|architecture/)
})

scenes('manifests of a package', async () => {
  const whole = mkdtempSync(join(tmpdir(), 'holter-manifest-'))
  const target = readTarget('c-source')
  const vectors = await seededVectors(model, 2, 1)
  await packageModel(model, 'tiny', target, boardOf(target, undefined), { adc, vectors }, whole)
  const copy = mkdtempSync(join(tmpdir(), 'holter-manifest-'))
  for (const name of readdirSync(whole)) copyFileSync(join(whole, name), join(copy, name))
  const text = readFileSync(join(whole, 'package.json'))
  const { files } = JSON.parse(text.toString())
  const draw = random(1, 17)
  let refused = 0
  for (let i = 0; i < MUTATIONS; i++) {
    const bytes = Buffer.from(text)
    for (let changes = 1 + draw.integer(3); changes; changes--) bytes[draw.integer(bytes.length)] = draw.integer(256)
    writeFileSync(join(copy, 'package.json'), draw.integer(8) ? bytes : bytes.subarray(0, draw.integer(bytes.length)))
    try {
      checkPackage(copy, 'c-source')
      assert.equal(JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')).files, files, `mutation ${i}`)
    } catch (error) {
      assert.ok(error instanceof HolterError, `mutation ${i}: ${error}`)
      refused++
    }
  }
  assert.ok(refused > MUTATIONS / 2, `${refused} of ${MUTATIONS} refused`)
})

/** The interpreter, with the flags of its target, on this machine's own heap: the sanitizer then sees each of its pieces. */
function interpreterProgram(): string {
  const [{ compile }] = readTarget('cortex-m-wasm3').boards
  const loader = ['calloc', 'free', 'realloc'].map(name => `#define ${name} board_${name}`)
  const wasm3 = Object.fromEntries(wasm3Sources().map(({ name, contents }) => [name, String(contents)]))
  // Its operations call each other at their ends: only jumps in place of these calls keep the stack small. It keeps 64-bit values in pairs of
  // 32-bit slots, which a Cortex-M loads as they are.
  const fast = ['-O2', '-foptimize-sibling-calls', '-fno-sanitize=alignment']
  return sanitized(
    {
      ...wasm3,
      'loader.c': [...loader, '#include "wasm3.c"', ''].join('\n'),
      ...testSources('fuzz-init.c', 'mutate.h'),
    },
    ['module-slot.c', 'wasm-check.c'],
    [
      ...compile.args.filter(word => /^-D(NDEBUG|HOLTER_(HEAP|STACK)|d_m3)|^-w$|^-fwrapv$/.test(word)),
      ...fast,
      '-DFUZZ_MEMORY',
    ],
  )
}

test.run()
