import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toModel } from '../../src-ts/engines/model.ts'
import { reference } from '../../src-ts/engines/reference.ts'
import { runOnce } from '../../src-ts/engines/session.ts'
import { checkPackage, startPackage } from '../../src-ts/package/flash.ts'
import { packageModel } from '../../src-ts/package/package.ts'
import { type Board, boardOf, readTarget, targetNames, targetsFolder } from '../../src-ts/package/target.ts'
import { givenVectors, seededInputs, seededVectors } from '../../src-ts/package/vectors.ts'
import { streamGraph } from '../../src-ts/passes/streaming/stream.ts'
import { randomStream } from '../../tools/random-networks/random-stream.ts'
import { withEmptyCache } from '../helpers/empty-cache.ts'
import { testUnless } from '../helpers/environment.ts'
import { tinyModel } from '../helpers/tiny-network.ts'
import { missingForC, missingProgram } from './c-harness.ts'

const test = suite('package')
const missing = missingForC()
const scenes = testUnless(missing, 'package', test)

const model = tinyModel()
const adc = { gain: 1000, baseline: 0 }
const target = readTarget('c-source')
const folder = () => mkdtempSync(join(tmpdir(), 'holter-package-test-'))

async function packaged(board: Board = boardOf(target, undefined), out = folder()): Promise<string> {
  await packageModel(model, 'tiny', target, board, { adc, vectors: await seededVectors(model, 64, 1) }, out)
  return out
}

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    return (error as Error).message
  }
  return 'accepted'
}

test('targets are folders of equal shape: data in target.json, and a page for a person', () => {
  assert.ok(targetNames().length >= 4)
  for (const name of targetNames()) {
    assert.equal(readdirSync(join(targetsFolder, name)).sort(), ['README.md', 'target.json'], name)
    const { boards } = readTarget(name)
    assert.is(new Set(boards.map(board => board.name)).size, boards.length, name)
    for (const { sources } of boards)
      for (const source of sources) assert.ok(existsSync(join(targetsFolder, source)), `${name}: ${source}`)
  }
  for (const room of readdirSync(targetsFolder, { withFileTypes: true }))
    if (room.isDirectory() && !['abi', 'runtime'].includes(room.name))
      assert.ok(targetNames().includes(room.name), room.name)
})

scenes(`C that is built here passes its self-test, with vectors from a seed and given ones`, async () => {
  const seeded = startPackage(checkPackage(await packaged(), 'c-source'), {})!
  assert.is(seeded.pass, 64)
  assert.is(seeded.vectors, 64)
  const out = folder()
  const inputs = Int8Array.from({ length: 16 * 5 }, (_, i) => (i * 37) % 256)
  const vectors = await givenVectors(model, inputs, 5)
  await packageModel(model, 'tiny', target, boardOf(target, undefined), { adc, vectors }, out)
  assert.is(startPackage(checkPackage(out, 'c-source'), {})!.pass, 5)
})

scenes('a network that streams proves its pushes', async () => {
  const { graph, hop } = randomStream(1)
  const stream = toModel(streamGraph(graph, { hop }), 'stream')
  const vectors = await seededVectors(stream, 40, 1)
  const separate = await runOnce(reference, stream, reference.forms[0], seededInputs(stream, 40, 1), 40)
  assert.not.equal(new Int8Array(vectors.file.slice(28)), separate)
  const out = folder()
  await packageModel(stream, 'stream', target, boardOf(target, undefined), { adc, vectors }, out)
  assert.is(startPackage(checkPackage(out, 'c-source'), {})!.pass, 40)
})

scenes('the same input gives the same bytes in another folder', async () => {
  const [one, two] = [await packaged(), await withEmptyCache(() => packaged())]
  assert.equal(readFileSync(join(one, 'package.json')), readFileSync(join(two, 'package.json')))
})

scenes('a vector that differs, a file that was changed, another target: nothing starts', async () => {
  const whole = await packaged()
  const changed = (file: string, change: (text: Buffer) => void) => {
    const copy = folder()
    cpSync(whole, copy, { recursive: true })
    const bytes = readFileSync(join(copy, file))
    change(bytes)
    writeFileSync(join(copy, file), bytes)
    return copy
  }
  const flipped = changed('self-test', bytes => bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000))
  assert.match(await refusal(() => checkPackage(flipped, 'c-source')), 'not what was packaged')
  assert.match(await refusal(() => checkPackage(whole, 'cortex-m-wasm2c')), 'for another target')
  assert.match(
    await refusal(() =>
      checkPackage(
        changed('package.json', bytes => bytes.fill(0x20)),
        'c-source',
      ),
    ),
    'package.json',
  )
  assert.match(await refusal(() => checkPackage(folder(), 'c-source')), 'does not exist')
  const wrong = await seededVectors(model, 64, 1)
  wrong.file[wrong.file.length - 1] ^= 1
  const out = folder()
  await packageModel(model, 'tiny', target, boardOf(target, undefined), { adc, vectors: wrong }, out)
  assert.match(await refusal(() => startPackage(checkPackage(out, 'c-source'), {})), '1 of 64 vectors differ')
})

scenes('a model over budget is refused before anything is compiled, with the remedy', async () => {
  const board = boardOf(target, undefined)
  const compile = { ...board.compile, program: 'no-such-compiler' }
  const small = (budget: Partial<Board['budget']>) => ({ ...board, compile, budget: { ...board.budget, ...budget } })
  assert.match(await refusal(() => packaged(small({ ramBytes: 1000 }))), /RAM.*bytes too much.*The largest tensor is/)
  assert.match(await refusal(() => packaged(small({ flashBytes: 1000 }))), /flash.*bytes too much/)
  assert.match(
    await refusal(() => packaged(small({ instructions: 10 }))),
    /instructions, estimated at 4 a MAC, than the board's budget, \d+ instructions too much.* % of the \d+ MACs: .* must save \d+ MACs/,
  )
  assert.match(await refusal(() => packaged(small({}))), /no-such-compiler: this program is missing.*apt-get/)
})

const noBoard = missing ?? missingProgram('arm-none-eabi-gcc') ?? missingProgram('qemu-system-arm')
testUnless(
  noBoard,
  'package, Cortex-M',
  test,
)('instructions are counted where the board has an emulator, and refused', async () => {
  const cortex = readTarget('cortex-m-wasm2c')
  const board = boardOf(cortex, 'mps2-an386')
  const vectors = await seededVectors(model, 64, 1)
  const pack = (instructions: number, out = folder()) => {
    const budget = { ...board.budget, instructions }
    return packageModel(model, 'tiny', cortex, { ...board, budget }, { adc, vectors }, out)
  }
  const { instructions, countedBy, macs } = await pack(board.budget.instructions)
  assert.is(countedBy, 'qemu-system-arm')
  assert.ok(instructions > macs)
  const out = folder()
  const estimate = Math.ceil(macs * board.instructionsPerMac)
  assert.match(
    await refusal(() => pack(estimate, out)),
    /instructions, counted by qemu-system-arm, than the board's budget/,
  )
  assert.equal(readdirSync(out), [])
})

test('a seed gives the inputs that the device makes: least, largest, then random bytes', async () => {
  const { file } = await seededVectors(model, 3, 7)
  const view = Buffer.from(file)
  assert.equal([view.toString('latin1', 0, 4), view.readUInt32LE(8), view.readUInt32LE(12)], ['HLTV', 3, 16])
  const least = await runOnce(reference, model, reference.forms[0], new Int8Array(16).fill(-128), 1)
  assert.equal(new Int8Array(view.subarray(28, 28 + least.length)), least)
})

test.run()
