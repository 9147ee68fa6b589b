import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { drawer } from '../../../src-ts/ecg/paper/draw.ts'
import { FIRST_MM, SHEET, STRETCHES, ZERO_MM } from '../../../src-ts/ecg/paper/sheet.ts'
import { drawStyle, PLAIN } from '../../../src-ts/ecg/paper/style.ts'
import { sha256 } from '../../../src-ts/files.ts'
import { random } from '../../../src-ts/random.ts'
import { ptbxlSuperclass } from '../../../src-ts/tasks/ptbxl-superclass.ts'
import { twelveLeads } from '../../helpers/twelve-leads.ts'

const test = suite('drawings of records')
const { leads } = ptbxlSuperclass
const { width, height, draw } = drawer(ptbxlSuperclass)
const BARE = { ...PLAIN, grid: PLAIN.paper }

function drawn(record: ArrayLike<number>, style = BARE): Uint8Array {
  const levels = new Uint8Array(width * height)
  draw(record, levels, style)
  return levels
}

/** Millivolts of one lead, the others flat. */
const only = (name: string, value: (t: number) => number) =>
  Float32Array.from({ length: 12_000 }, (_, i) => (leads[i % 12] === name ? value(Math.floor(i / 12)) : 0))

/** How far below the paper the pixels of a column are, row by row. */
const ink = (levels: Uint8Array, x: number) =>
  Array.from({ length: height }, (_, y) => BARE.paper - levels[y * width + x])

/** The middle of what is dark in rows of a column, in pixels from the top. */
function middle(levels: Uint8Array, x: number, from: number, to: number): number {
  const dark = ink(levels, x).slice(from, to)
  const sum = dark.reduce((a, b) => a + b, 0)
  return from + 0.5 + dark.reduce((a, b, i) => a + i * b, 0) / sum
}

test('a millivolt is ten pixels high and a second 25 wide, in the place of the lead', () => {
  for (const { lead, row, fromS, toS } of STRETCHES) {
    if (row === 3) continue
    // Half of the record is 1 mV higher than the other: its mean lies between them.
    const levels = drawn(only(lead, t => (t % 20 < 10 ? 0.5 : -0.5)))
    const still = drawn(only(lead, () => 3))
    const left = FIRST_MM + 25 * fromS
    const zero = ZERO_MM[row]
    assert.ok(Math.abs(middle(still, Math.round(left + 30), zero - 8, zero + 8) - zero) < 0.02, lead)
    // Steps of 10 samples are 2.5 pixels: the third pixel of each five lies within one of them alone.
    const heights = [left + 10, left + 15, left + 20].map(x => ink(levels, Math.floor(x) + 1))
    for (const column of heights) {
      const rows = column.flatMap((dark, y) => (dark > 20 && Math.abs(y - zero) < 10 ? [y] : []))
      assert.ok(Math.min(...rows) >= zero - 6 && Math.max(...rows) <= zero + 5, `${lead}: ${rows}`)
    }
    assert.ok(toS > fromS)
  }
})

test('a spike stands where its time says', () => {
  const levels = drawn(only('V1', t => (t === 600 ? 1 : 0)))
  // V1 is the third of four in the first row: 6 s are 25 · 6 pixels behind the pulse.
  const top = ZERO_MM[0] - 8
  const dark = Array.from({ length: width }, (_, x) => ink(levels, x)[top])
  const peak = dark.indexOf(Math.max(...dark.slice(20, 250)), 20)
  assert.ok(Math.abs(peak + 0.5 - (FIRST_MM + 25 * 6)) <= 1, `${peak}`)
})

test('the pulse tells 10 mm and .2 s', () => {
  const levels = drawn(new Float32Array(12_000))
  const x = 3
  assert.ok(Math.abs(middle(levels, x, ZERO_MM[1] - 15, ZERO_MM[1] - 5) - (ZERO_MM[1] - 10)) < 0.02)
})

test('the darkness of a flat line is its width, exactly', () => {
  const total = ink(drawn(new Float32Array(12_000)), 40)
    .slice(60, 80)
    .reduce((a, b) => a + b, 0)
  const expected = ((PLAIN.paper - PLAIN.ink) * PLAIN.inkWidth) / 64
  assert.ok(Math.abs(total - expected) <= 2, `${total}, ${expected}`)
})

test('drawings are the same bytes on every machine, plain, in other looks and sizes', () => {
  const millivolts = twelveLeads(10, 100)
  const record = Float32Array.from({ length: 12_000 }, (_, i) => millivolts[i % 12][Math.floor(i / 12)] / 1000)
  const large = drawer(ptbxlSuperclass, 4)
  const levels = new Uint8Array(large.width * large.height)
  large.draw(record, levels)
  const hashes = [drawn(record, PLAIN), drawn(record, drawStyle(random(5))), levels].map(each =>
    sha256(each).slice(0, 16),
  )
  assert.equal(hashes, ['6f0532639c8edbf1', '587e5717f824d0bd', 'b8666a950a16ed45'])
})

test('leads are found by their names, whatever their order', () => {
  const order = [...leads].reverse()
  const other = drawer({ ...ptbxlSuperclass, leads: order.map(name => name.toLowerCase()) })
  const record = Float32Array.from({ length: 12_000 }, (_, i) => Math.sin(i) / 2)
  const turned = record.map((_, i) => record[i - (i % 12) + 11 - (i % 12)])
  const levels = new Uint8Array(width * height)
  other.draw(turned, levels, BARE)
  assert.equal(levels, drawn(record))
})

test('every look keeps ink darker than grid and grid darker than paper, and all of the rows on the sheet', () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      const style = drawStyle(random(seed))
      assert.ok(style.ink < style.grid && style.grid < style.paper && style.paper <= 255)
      const last = (ZERO_MM[3] * style.scale) / 1024 + style.down / 64
      assert.ok(last < SHEET.height - 8 && ZERO_MM[0] + style.down / 64 > 16)
    }),
    { numRuns: 200 },
  )
})

test('huge and endless values draw no pixel out of the sheet', () => {
  for (const value of [1e9, -1e9]) assert.is(drawn(only('II', t => (t > 300 ? value : 0))).length, width * height)
})

test('a record without one of the twelve leads, or of another length, is refused', () => {
  assert.throws(() => drawer({ ...ptbxlSuperclass, leads: leads.slice(1) }), /lead I: .*this one is missing \(got II/)
  assert.throws(() => drawer({ ...ptbxlSuperclass, samples: 500 }), /got 5 s, expected 10 s/)
})

test.run()
