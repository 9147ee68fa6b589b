import asc from 'assemblyscript/asc'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { kernelSource } from '../../src-ts/codegen/kernel-sources.ts'
import {
  doublingHighMultiply,
  INT32_MAX,
  INT32_MIN,
  quantizeMultiplier,
  reduceMultiplier,
  requantize,
  requantizeWide,
  roundingDivideByPowerOfTwo,
} from '../../src-ts/ir/fixed-point.ts'
import { random } from '../../src-ts/random.ts'

/** An independent form: exact rational arithmetic on BigInt, rounded as gemmlowp documents it. */
function exact(x: number, multiplier: number, shift: number): number {
  const left = BigInt.asIntN(32, BigInt(x) << BigInt(Math.max(shift, 0)))
  const product = left * BigInt(multiplier)
  const high = product === 1n << 62n ? 2n ** 31n - 1n : (product + (1n << 30n)) >> 31n
  const right = BigInt(Math.max(-shift, 0))
  const magnitude = high < 0n ? -high : high
  // Halves away from zero: add half to the magnitude and truncate.
  const rounded = right === 0n ? magnitude : (magnitude + (1n << (right - 1n))) >> right
  return Number(high < 0n ? -rounded : rounded)
}

const edges = [
  0,
  1,
  -1,
  2,
  -2,
  3,
  127,
  -128,
  255,
  65535,
  65536,
  -65536,
  1 << 29,
  1 << 30,
  -(1 << 30),
  INT32_MAX,
  INT32_MAX - 1,
  INT32_MIN,
  INT32_MIN + 1,
]
const multipliers = [0, 1 << 30, (1 << 30) + 1, 1518500250, INT32_MAX - 1, INT32_MAX]
const RANDOM_TRIPLES = process.env.HOLTER_LONG ? 1_000_000 : 100_000

function* triples(): Generator<[number, number, number]> {
  for (const x of edges) for (const m of multipliers) for (let shift = -31; shift <= 30; shift++) yield [x, m, shift]
  const stream = random(7)
  for (let i = 0; i < RANDOM_TRIPLES; i++) {
    const x = (stream.uniform() * 2 ** 32) | 0
    yield [x >> stream.integer(32), (1 << 30) + stream.integer(1 << 30), stream.integer(62) - 31]
  }
}

/** Sums of up to 47 bits, as TFLM allows. */
function* wideTriples(): Generator<[number, number, number]> {
  const sums = [...edges, 2 ** 47 - 1, -(2 ** 47), 2 ** 40 + 1, -(2 ** 33) - 1]
  for (const x of sums) for (const m of [0, 16384, 23170, 32767]) for (let s = -31; s <= 14; s++) yield [x, m, s]
  const stream = random(8)
  for (let i = 0; i < RANDOM_TRIPLES; i++) {
    const x = Math.floor((2 * stream.uniform() - 1) * 2 ** stream.integer(48))
    yield [x, 16384 + stream.integer(16384), stream.integer(46) - 31]
  }
}

/** Both rescales of src-as, compiled. */
async function compileTwins() {
  let binary: Uint8Array | undefined
  const text = `import { requantize, requantizeWide } from './fixed-point'
export function narrow(x: i32, m: i32, shift: i32): i32 { return requantize(x, m, shift) }
export function wide(x: i64, m: i32, shift: i32): i32 { return requantizeWide(x, m, shift) }`
  const { error, stderr } = await asc.main(['model.ts', '--target', 'scalar', '--outFile', 'model.wasm'], {
    readFile: name => (name === 'model.ts' ? text : kernelSource(name)),
    writeFile: (name, contents) => {
      if (name === 'model.wasm') binary = contents as Uint8Array
    },
    listFiles: () => [],
  })
  assert.not(error, stderr.toString())
  const { instance } = await WebAssembly.instantiate(binary as BufferSource, {})
  return instance.exports as unknown as {
    narrow(x: number, m: number, shift: number): number
    wide(x: bigint, m: number, shift: number): number
  }
}
const twins = compileTwins()

const test = suite('fixed point')

test('requantize equals exact rational arithmetic', () => {
  for (const [x, m, shift] of triples()) {
    const got = requantize(x, m, shift)
    if (got !== exact(x, m, shift)) assert.is(got, exact(x, m, shift), `${x} · ${m} · 2^${shift}`)
  }
})

test('the AssemblyScript twin of requantize equals it', async () => {
  const { narrow: twin } = await twins
  for (const [x, m, shift] of triples()) {
    // Kernels never meet INT32_MIN: the product of two such saturates in the reference only (multipliers are below 2³¹).
    const got = twin(x, m, shift)
    if (got !== requantize(x, m, shift)) assert.is(got, requantize(x, m, shift), `${x} · ${m} · 2^${shift}`)
  }
})

test('requantizeWide equals exact rational arithmetic, and its AssemblyScript twin does', async () => {
  const { wide } = await twins
  for (const [x, m, shift] of wideTriples()) {
    const got = requantizeWide(x, m, shift)
    const right = BigInt(15 - shift)
    // Halves up: add half and round down, which BigInt's shift does.
    const expected = Number(BigInt.asIntN(32, (BigInt(x) * BigInt(m) + (1n << (right - 1n))) >> right))
    const twin = wide(BigInt(x), m, shift)
    if (got !== expected || twin !== expected)
      assert.equal([got, twin], [expected, expected], `${x} · ${m} · 2^${shift}`)
  }
})

test('reduceMultiplier: rounded to 16 bits, saturated', () => {
  const reduced = [0, 1 << 30, (1 << 30) + 32767, (1 << 30) + 32768, 0x7ffeffff, 0x7fff0000, INT32_MAX].map(
    reduceMultiplier,
  )
  assert.equal(reduced, [0, 16384, 16384, 16385, 32767, 32767, 32767])
})

test('rounding: halves away from zero, high product ties upwards', () => {
  assert.is(roundingDivideByPowerOfTwo(3, 1), 2)
  assert.is(roundingDivideByPowerOfTwo(-3, 1), -2)
  assert.is(roundingDivideByPowerOfTwo(-5, 2), -1)
  assert.is(roundingDivideByPowerOfTwo(-6, 2), -2)
  assert.is(doublingHighMultiply(INT32_MIN, INT32_MIN), INT32_MAX)
  assert.is(doublingHighMultiply(1, 1 << 30), 1)
  assert.is(doublingHighMultiply(-1, 1 << 30), 0)
})

test('quantizeMultiplier: powers of two, tiny and huge factors', () => {
  assert.equal(quantizeMultiplier(0), { multiplier: 0, shift: 0 })
  assert.equal(quantizeMultiplier(1), { multiplier: 1 << 30, shift: 1 })
  assert.equal(quantizeMultiplier(0.5), { multiplier: 1 << 30, shift: 0 })
  assert.equal(quantizeMultiplier(1 - 2 ** -53), { multiplier: 1 << 30, shift: 1 })
  assert.equal(quantizeMultiplier(2 ** -40), { multiplier: 0, shift: 0 })
  assert.equal(quantizeMultiplier(2 ** -32), { multiplier: 1 << 30, shift: -31 })
  assert.equal(quantizeMultiplier(2 ** 40), { multiplier: INT32_MAX, shift: 30 })
})

test.run()
