import { spawnSync } from 'node:child_process'
import binaryen from 'binaryen'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Engine, RunnableModel } from '../../src-ts/engines/engine.ts'
import { formName } from '../../src-ts/engines/form.ts'
import { node } from '../../src-ts/engines/node.ts'
import { runOnce, withSession } from '../../src-ts/engines/session.ts'
import { wasmtime } from '../../src-ts/engines/wasmtime.ts'
import { HolterError } from '../../src-ts/errors.ts'
import { random } from '../../src-ts/random.ts'
import { wasmtimeHost } from '../../src-ts/toolchain.ts'
import { skip } from '../helpers/environment.ts'

const suiteName = 'engines/wasmtime'
const { SIMD128, RelaxedSIMD } = binaryen.Features
const INPUT = 16
const OUTPUT = 64

/** A module in text form, with the manifest that hosts read. */
function assemble(text: string, inputs: [number, number][], outputs: [number, number][]): Uint8Array {
  const module = binaryen.parseText(text)
  const ports = (places: [number, number][]) => places.map(([address, bytes]) => ({ address, bytes }))
  const manifest = JSON.stringify({ inputs: ports(inputs), outputs: ports(outputs) })
  try {
    module.setFeatures(SIMD128 | RelaxedSIMD)
    module.addCustomSection('holter', new TextEncoder().encode(manifest))
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}

const exported = (body: string, memory = '(memory (export "memory") 1 1)') =>
  `(module ${memory} (func (export "run") ${body}))`

/** Adds 1 to each of 16 bytes. */
const simd = `(v128.store (i32.const ${OUTPUT})
  (i8x16.add (v128.load (i32.const ${INPUT})) (i8x16.splat (i32.const 1))))`
const scalar = Array.from({ length: 16 }, (_, i) => {
  const byte = `(i32.load8_u (i32.const ${INPUT + i}))`
  return `(i32.store8 (i32.const ${OUTPUT + i}) (i32.add ${byte} (i32.const 1)))`
}).join('\n')
const relaxed = `(v128.store (i32.const ${OUTPUT}) (i32x4.relaxed_dot_i8x16_i7x16_add_s
  (v128.load (i32.const ${INPUT})) (v128.load (i32.const ${INPUT})) (v128.const i32x4 0 0 0 0)))`

function model(scalarModule: Uint8Array, simdModule = scalarModule): RunnableModel {
  const graph = { name: 'plus-one', tensors: [], nodes: [], inputs: [], outputs: [] }
  return {
    graph,
    tflite: new Uint8Array(),
    module: async flavour => (flavour === 'scalar' ? scalarModule : simdModule),
  }
}

const plusOne = model(
  assemble(exported(scalar), [[INPUT, 16]], [[OUTPUT, 16]]),
  assemble(exported(simd), [[INPUT, 16]], [[OUTPUT, 16]]),
)

function bytes(length: number): Int8Array {
  const stream = random(5, length)
  return Int8Array.from({ length }, () => stream.integer(256) - 128)
}

const run = (engine: Engine, runnable: RunnableModel, flavour: string, inputs: Int8Array, count: number) =>
  runOnce(engine, runnable, { flavour }, inputs, count)

async function refusal(broken: RunnableModel, inputs = bytes(16), flavour = 'scalar'): Promise<string> {
  try {
    await run(wasmtime, broken, flavour, inputs, 1)
  } catch (error) {
    assert.instance(error, HolterError)
    assert.not.match((error as HolterError).message, /\n/)
    return (error as HolterError).message
  }
  throw new Error('it ran')
}

const test = suite(suiteName)
if (wasmtime.missing()) skip(suiteName, 'all tests', wasmtime.missing()!)
else {
  for (const form of wasmtime.forms) {
    test(`${formName(form)}: every row of every run gives what it gives in V8`, async () => {
      await withSession(wasmtime, plusOne, form, async session => {
        for (const count of [0, 1, 37, 20_000]) {
          const inputs = bytes(16 * count)
          const expected = inputs.map(x => x + 1)
          assert.ok(Buffer.from((await session.run(inputs, count)).buffer).equals(Buffer.from(expected.buffer)))
          assert.equal(await run(node, plusOne, form.flavour, inputs, count), expected)
        }
      })
    })
  }

  test('several inputs and outputs lie one after another in a row', async () => {
    const two: [number, number][] = [
      [INPUT + 4, 12],
      [INPUT, 4],
    ]
    const swapped = model(assemble(exported(simd), two, [[OUTPUT, 16]]))
    const inputs = bytes(32)
    const row = (at: number) => [...inputs.slice(at + 12, at + 16), ...inputs.slice(at, at + 12)]
    const expected = Int8Array.from([...row(0), ...row(16)], x => x + 1)
    assert.equal(await run(wasmtime, swapped, 'simd', inputs, 2), expected)
    assert.equal(await run(node, swapped, 'simd', inputs, 2), expected)
  })

  test('a trap is one sentence with its reason', async () => {
    const port: [number, number][] = [[INPUT, 16]]
    assert.match(await refusal(model(assemble(exported('unreachable'), port, port))), /plus-one scalar: .*unreachable/)
    const outside = exported('(i32.store8 (i32.const 65536) (i32.const 0))')
    assert.match(await refusal(model(assemble(outside, port, port))), /out of bounds memory access/)
  })

  test('a module of another form is refused with what is wrong', async () => {
    const port: [number, number][] = [[INPUT, 16]]
    const cases: [string, RegExp][] = [
      ['(module (memory (export "memory") 1 1))', /does not export the function "run"/],
      ['(module (memory 1 1) (func (export "run")))', /does not export the memory "memory"/],
      ['(module (memory (export "memory") 1 1) (func (export "run") (param i32)))', /argument|param/],
      ['(module (import "env" "f" (func)) (memory (export "memory") 1 1) (func (export "run")))', /import/],
    ]
    for (const [text, reason] of cases) assert.match(await refusal(model(assemble(text, port, port))), reason)
    assert.match(await refusal(model(assemble(exported(simd), [[65530, 16]], port))), /outside its memory/)
    assert.match(await refusal(model(assemble(exported(simd), port, [[65530, 16]]))), /outside its memory/)
    assert.match(await refusal(model(Uint8Array.of(1, 2, 3))), /is no WebAssembly module/)
  })

  test('inputs that are no whole rows are refused', async () => {
    for (const length of [15, 32]) assert.match(await refusal(plusOne, bytes(length)), /got .*, expected 1 of 16 bytes/)
  })

  test('relaxed SIMD runs only where it is asked for', () => {
    const wasm = assemble(exported(relaxed), [], [])
    const input = Buffer.concat([Buffer.from(`module ${wasm.length}\n`), wasm])
    const load = (...options: string[]) =>
      spawnSync(wasmtimeHost()!, [`${INPUT}:16`, `${OUTPUT}:16`, ...options], { input, encoding: 'utf8' })
    const refused = load()
    assert.is(refused.status, 1)
    assert.match(refused.stderr, /^.*relaxed.*\n$/i)
    assert.match(load('--relaxed').stdout, /^\{"bytes":0,"loadNs":\d+\}\n$/)
    assert.match(load('--relaxed', '--ahead').stdout, /^\{"bytes":0,"loadNs":\d+\}\n$/)
    assert.is(load('--fast').status, 2)
    assert.is(spawnSync(wasmtimeHost()!, []).status, 2)
  })

  test('times are nanoseconds of every run', async () => {
    const form = { flavour: 'simd', mode: 'aot' } as const
    const { loadNs, runNs } = await withSession(wasmtime, plusOne, form, session => session.time!(bytes(16), 5))
    assert.is(runNs.length, 5)
    assert.ok(loadNs > 0 && runNs.every(ns => ns > 0))
  })
}

test.run()
