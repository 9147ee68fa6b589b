import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { firmwareFunctions, type Regions } from '../../src-ts/package/c-functions.ts'
import { toC } from '../../src-ts/package/form-c.ts'
import { random } from '../../src-ts/random.ts'
import { testUnless } from '../helpers/environment.ts'
import { linesOf, missingForC, sanitized } from './c-harness.ts'

// Modules that touch memory one byte outside each region, at every width and with offsets at both ends of a region: a fault, never a value.

const test = suite('package/soundness')
const missing = missingForC()

const regions: Regions = { ramAddress: 1024, ramBytes: 4096, constantsAddress: 5120, constantBytes: 512 }
const LOADS = { 'i32.load': 4, 'i32.load8_s': 1, 'i32.load8_u': 1, 'i32.load16_s': 2, 'i32.load16_u': 2 }
const LONG_LOADS = { 'i64.load': 8, 'i64.load8_s': 1, 'i64.load8_u': 1, 'i64.load16_s': 2, 'i64.load16_u': 2 }
const LONGER_LOADS = { ...LONG_LOADS, 'i64.load32_s': 4, 'i64.load32_u': 4 }
const STORES = { 'i32.store': 4, 'i32.store8': 1, 'i32.store16': 2 }
const LONG_STORES = { 'i64.store': 8, 'i64.store8': 1, 'i64.store16': 2, 'i64.store32': 4 }

interface Access {
  readonly text: string
  readonly width: number
  readonly offset: number
}

/** Every kind of access at offsets from 0 to the last that fits each region. */
function accesses(): Access[] {
  const all: Access[] = []
  const add = (ops: Readonly<Record<string, number>>, form: (op: string) => string, stores: boolean) => {
    for (const [op, width] of Object.entries(ops)) {
      const inRam = [0, 1, 7, 1023, 1024, 1025, 1024 + 4096 - width]
      const inConstants = [5120, 5121, 5120 + 512 - width]
      for (const offset of stores ? inRam : [...inRam, ...inConstants])
        all.push({ text: form(`${op} offset=${offset}`), width, offset })
    }
  }
  add(LOADS, op => `(local.set $r (${op} (local.get $a)))`, false)
  add(LONGER_LOADS, op => `(local.set $r (i32.wrap_i64 (${op} (local.get $a))))`, false)
  add(STORES, op => `(${op} (local.get $a) (i32.const 119))`, true)
  add(LONG_STORES, op => `(${op} (local.get $a) (i64.const 119))`, true)
  return all
}

/** A module whose run takes the access's number and address from its first words and leaves a loaded value in the third. */
async function wasmOf(list: readonly Access[], extra = ''): Promise<Uint8Array> {
  const { default: binaryen } = await import('binaryen')
  const branches = list.map(({ text }, i) => `(if (i32.eq (local.get $n) (i32.const ${i})) (then ${text}))`).join('\n')
  const module = binaryen.parseText(`(module (memory (export "memory") 1) ${extra}
    (func (export "run") (local $n i32) (local $a i32) (local $r i32)
      (local.set $n (i32.load offset=1024 (i32.const 0))) (local.set $a (i32.load offset=1028 (i32.const 0)))
      ${branches}
      (i32.store offset=1032 (i32.const 0) (local.get $r))))`)
  const bytes = module.emitBinary()
  module.dispose()
  return bytes
}

const sourceOf = async (list: readonly Access[], extra?: string) =>
  firmwareFunctions(toC(await wasmOf(list, extra)), regions, [])

const prelude = `#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#define RAM_ADDRESS ${regions.ramAddress}u
#define RAM_BYTES ${regions.ramBytes}u
#define CONSTANT_BYTES ${regions.constantBytes}u
static uint8_t *ram;
static const uint8_t *constants;
#include "module.h"
#include "natives.h"
`
const ends = `  ram = malloc(RAM_BYTES);
  uint8_t *bytes = malloc(CONSTANT_BYTES);
  memset(bytes, 1, CONSTANT_BYTES);
  constants = bytes;
`

const scenes = testUnless(missing, 'package/soundness', test)

scenes(`every access at both ends of its region, and beyond`, async () => {
  const list = accesses()
  const program = sanitized(
    {
      'main.c': `${prelude}${await sourceOf(list)}
int main(void) {
${ends}  unsigned n, a;
  while (scanf("%u %u", &n, &a) == 2) {
    memset(ram, 0, RAM_BYTES);
    memcpy(ram, &n, 4);
    memcpy(ram + 4, &a, 4);
    if (setjmp(fault_place)) puts("fault");
    else { module_run_0(); puts("value"); }
  }
  return 0;
}`,
    },
    [],
  )
  const stream = random(1)
  const cases = list.flatMap(({ width, offset }, n) => {
    const constant = offset >= regions.constantsAddress
    const first = constant ? regions.constantsAddress : regions.ramAddress
    const end = first + (constant ? regions.constantBytes : regions.ramBytes)
    const places = [first - 1, first, end - width, end - width + 1, end, 0].map(place => place - offset)
    const wraps = [first, end - width, end].map(place => place - offset + 2 ** 32)
    const others = Array.from({ length: 12 }, () => stream.integer(2 ** 32))
    const near = Array.from({ length: 12 }, () => first - offset - 40 + stream.integer(end - first + 80))
    return [...places, ...wraps, ...others, ...near, 2 ** 32 - 1, 2 ** 31]
      .filter(address => address >= 0 && address < 2 ** 32)
      .map(address => ({
        line: `${n} ${address}`,
        expected: address + offset >= first && address + offset + width <= end ? 'value' : 'fault',
      }))
  })
  assert.ok(cases.filter(({ expected }) => expected === 'value').length > 500)
  const got = linesOf(program, `${cases.map(({ line }) => line).join('\n')}\n`)
  assert.is(got.length, cases.length)
  const wrong = cases.filter(({ expected }, i) => got[i] !== expected)
  assert.equal(wrong.slice(0, 5), [])
})

scenes('native sums of products: no run leaves its region, whatever the arguments', () => {
  const program = sanitized(
    {
      'main.c': `${prelude}
int main(void) {
${ends}  unsigned v[8];
  while (scanf("%u %u %u %u %u %u %u %u", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7) == 8) {
    if (setjmp(fault_place)) puts("fault");
    else { module_dotTile_0(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]); puts("value"); }
  }
  (void)ram_copy; (void)ram_fill;
  return 0;
}`,
    },
    [],
  )
  const stream = random(2)
  const odd = [0, 1, 3, 4, 1023, 1024, 5119, 5120, 511, 512, 513, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - 4, 2 ** 30]
  const pick = (usual: () => number) => (stream.uniform() < 0.15 ? odd[stream.integer(odd.length)] : usual())
  const lines = Array.from({ length: 20_000 }, () =>
    [
      pick(() => 1024 + stream.integer(4096)),
      pick(() => stream.integer(300)),
      pick(() => 1024 + stream.integer(4096)),
      pick(() => stream.integer(300)),
      1 + stream.integer(3),
      pick(() => 1 + stream.integer(40)),
      pick(() => stream.integer(512)),
      pick(() => 1024 + stream.integer(4096)),
    ].join(' '),
  )
  const got = linesOf(program, `${lines.join('\n')}\n`)
  assert.is(got.length, lines.length)
  assert.ok(got.includes('value') && got.includes('fault'))
})

scenes('what firmware has no place for is refused', async () => {
  const refusal = async (list: readonly Access[]) => {
    try {
      await sourceOf(list)
    } catch (error) {
      return (error as Error).message
    }
    return 'accepted'
  }
  const load = (offset: number) => ({
    text: `(local.set $r (i32.load offset=${offset} (local.get $a)))`,
    width: 4,
    offset,
  })
  assert.is(await refusal([load(5120 + 508)]), 'accepted')
  assert.match(await refusal([load(5120 + 509)]), 'beyond its region')
  assert.match(await refusal([load(5117)]), 'beyond its region')
  assert.match(await refusal([load(2 ** 32 - 1)]), 'beyond its region')
  assert.match(
    await refusal([{ text: '(i32.store offset=5120 (local.get $a) (i32.const 1))', width: 4, offset: 5120 }]),
    'writes a constant',
  )
  assert.match(
    await refusal([{ text: '(drop (f32.load offset=1024 (local.get $a)))', width: 4, offset: 1024 }]),
    'accesses memory by f32_load',
  )
})

scenes("a module's variables are static ones, its start function has a name, and memory does not grow", async () => {
  const text = await sourceOf(
    [
      { text: '(global.set $g (local.get $a))', width: 4, offset: 0 },
      { text: '(local.set $r (i32.add (memory.size) (memory.grow (i32.const 1))))', width: 4, offset: 0 },
    ],
    '(global $g (mut i32) (i32.const 7)) (func $begin (global.set $g (i32.const 9))) (start $begin)',
  )
  assert.match(text, /static u32 variable_g0 = 7u;\n#define MODULE_START module_f\d\n/)
  assert.match(text, / = 1u;[^}]* = 4294967295u;/)
  assert.not.match(text, 'instance')
})

test.run()
