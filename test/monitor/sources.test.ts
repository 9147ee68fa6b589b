import { Readable } from 'node:stream'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HolterError } from '../../src-ts/errors.ts'
import { MISSING } from '../../src-ts/monitor/lead.ts'
import { lineSource } from '../../src-ts/monitor/sources/line-source.ts'
import { PacketOrder, readPacket, writePacket } from '../../src-ts/monitor/sources/udp-packet.ts'

const test = suite('monitor/sources')

const samples = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

test('packets come back as they were written', () => {
  const packets = fc.integer({ min: 1, max: 12 }).chain(leads =>
    fc.record({
      leads: fc.constant(leads),
      sampleRateHz: fc.integer({ min: 100, max: 1000 }),
      first: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      frames: fc
        .array(samples, { minLength: 1, maxLength: 40 })
        .map(list => Int32Array.from({ length: list.length * leads }, (_, i) => list[i % list.length])),
    }),
  )
  fc.assert(fc.property(packets, packet => assert.equal(readPacket(writePacket(packet)), { ...packet })))
})

test('any other bytes are refused by a HolterError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, marked) => {
      if (marked) bytes.set(Buffer.from('HOL1').subarray(0, bytes.length))
      try {
        const { frames, leads } = readPacket(bytes)
        assert.ok(frames.length > 0 && frames.length % leads === 0)
      } catch (error) {
        assert.ok(error instanceof HolterError)
      }
    }),
  )
})

test('packets are put in order: every frame is heard once, or counted as lost', () => {
  const packet = (first: number) => ({ sampleRateHz: 360, leads: 1, first: first >>> 0, frames: new Int32Array(10) })
  const order = new PacketOrder(packet(0))
  const kinds = (...numbers: number[]) => numbers.map(first => order.place(packet(first)).kind)
  // Across the end of 2³², too.
  const start = 2 ** 32 - 20
  assert.equal(kinds(start, start + 10, start + 20, start + 20, start, start + 50), [
    'next',
    'next',
    'next',
    'old',
    'old',
    'lost',
  ])
  const lost = order.place(packet(start + 100))
  assert.ok(lost.kind === 'lost' && lost.lostFrames === 40)
  assert.is(order.place({ ...packet(start + 110), sampleRateHz: 500 }).kind, 'changed')
  order.silence(1)
  assert.is(order.place(packet(7)).kind, 'next')
  // A second of 2.5 s without packets has been counted as a gap already; a sender that only paused lost nothing.
  order.silence(1)
  assert.equal({ ...order.place(packet(17 + 900)), frames: 0 }, { kind: 'lost', lostFrames: 540, frames: 0 })
  order.silence(3)
  assert.is(order.place(packet(927)).kind, 'next')
})

test('a sender that starts anew at once is heard after a second, which is a gap', () => {
  const packet = (first: number) => ({ sampleRateHz: 100, leads: 1, first, frames: new Int32Array(10) })
  const order = new PacketOrder(packet(0))
  for (let first = 0; first < 6000; first += 10) assert.is(order.place(packet(first)).kind, 'next')
  const kinds = Array.from({ length: 12 }, (_, i) => order.place(packet(10 * i)))
  assert.equal(kinds.map(({ kind }) => kind).slice(0, 9), new Array(9).fill('old'))
  assert.equal({ ...kinds[9], frames: 0 }, { kind: 'lost', lostFrames: 90, frames: 0 })
  assert.is(kinds[10].kind, 'next')
  // Late packets are few, or have holes between them.
  for (const first of [20, 30, 60, 20, 30, 40, 90]) assert.is(order.place(packet(first)).kind, 'old')
})

async function rows(text: string, options = {}): Promise<number[]> {
  const source = await lineSource(Readable.from([text]), 'stdin', { sampleRateHz: 250, ...options })
  const all: number[] = []
  for await (const block of source.blocks()) if (block.kind === 'frames') all.push(...block.frames)
  return all
}

test('rows of numbers in microvolts, whatever stands between them', async () => {
  assert.equal(await rows('1,2\n-0.5,nan\n'), [1000, 2000, -500, MISSING])
  assert.equal(await rows('I\tII\n1\t2\n'), [1000, 2000])
  assert.equal(await rows('# comment\n1 2\r\n3 4'), [1000, 2000, 3000, 4000])
  assert.equal(await rows('5;\n', { units: 'uV' }), [5, MISSING])
})

test('any text is rows, or one sentence', async () => {
  const text = fc.array(fc.oneof(fc.string(), fc.constantFrom('1,2', 'I,II', 'nan,3', '1e400,-1e400')), {
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(text, async lines => {
      try {
        for (const value of await rows(lines.join('\n'))) assert.ok(Number.isInteger(value))
      } catch (error) {
        assert.ok(error instanceof HolterError, String(error))
      }
    }),
  )
})

test.run()
