import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ecgParts, ecgStrip } from '../../src-ts/report/ecg-strip.ts'
import { elementsOf, textOf } from './well-formed.ts'

const test = suite('report/ecg-strip')

const TWELVE = ['I', 'II', 'III', 'AVR', 'AVL', 'AVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6']
const strip = (leads: string[], seconds: number, value: (lead: number, t: number) => number, title = 'a strip') => ({
  signal: Float32Array.from({ length: seconds * 100 * leads.length }, (_, i) =>
    value(i % leads.length, Math.floor(i / leads.length)),
  ),
  leads,
  sampleRateHz: 100,
  title,
})
/** The traces: lists of pieces, each a list of points in millimetres. */
const traces = (svg: string) =>
  elementsOf(svg)
    .filter(({ name, attributes }) => name === 'path' && /^M[\d.]+ [-\d.]+(L|$|M)/.test(attributes.d))
    .map(({ attributes }) =>
      attributes.d
        .split('M')
        .slice(1)
        .map(piece => piece.split('L').map(point => point.split(' ').map(Number))),
    )
    .filter(pieces => pieces.some(piece => piece.length > 1))

test('draws one millimetre per 0.1 mV and 40 ms', () => {
  // A step of 1 mV after half a second, in a lead whose median is 0.
  const [[points]] = traces(ecgStrip(strip(['MLII'], 2, (_, t) => Number(t >= 50 && t < 60))))
  const [before, after] = [points[49], points[50]]
  assert.ok(Math.abs(before[1] - after[1] - 10) < 0.011, 'up by 10 mm; 0.01 mm is the rounding of the path')
  assert.ok(Math.abs(points[100][0] - points[0][0] - 25) < 0.011, '25 mm in one second')
})

test('is as large as it says, in millimetres', () => {
  const [{ attributes }] = elementsOf(ecgStrip(strip(TWELVE, 10, () => 0)))
  assert.equal([attributes.width, attributes.height, attributes.viewBox], ['260mm', '120mm', '0 0 260 120'])
})

test('lays twelve leads out as on paper, whatever their order in the file', () => {
  const inFile = TWELVE.toReversed()
  const svg = ecgStrip(strip(inFile, 10, lead => lead))
  assert.match(textOf(svg), '|I|aVR|V1|V4|II|aVL|V2|V5|III|aVF|V3|V6|II|')
  const drawn = traces(svg)
  assert.is(drawn.length, 13)
  // The second column shows the second quarter: 2.5 s to 5 s.
  assert.is(drawn[1][0][0][0], 10 + 2.5 * 25)
  assert.is(drawn[1][0].at(-1)?.[0], 10 + 5 * 25)
})

test('gives any other leads a row each', () => {
  const svg = ecgStrip(strip(['MLII', 'V5'], 3, () => 0))
  assert.is(traces(svg).length, 2)
  assert.match(textOf(svg), '|MLII|V5|')
  assert.match(svg, 'viewBox="0 0 85 60"')
})

test('takes the median away and leaves a gap for what is missing', () => {
  const [pieces] = traces(ecgStrip(strip(['I'], 1, (_, t) => (t >= 30 && t < 40 ? NaN : 5))))
  assert.equal(
    pieces.map(piece => piece.length),
    [30, 60],
  )
  assert.ok(
    pieces.flat().every(([, y]) => y === 17.5),
    'on the zero line',
  )
  assert.not.match(ecgStrip(strip(['I'], 1, () => NaN)), /NaN/)
})

test('draws the first ten seconds', () => {
  const [[points]] = traces(ecgStrip(strip(['I'], 30, () => 0)))
  assert.is(points.length, 1001)
})

test('draws as much as is asked for, and says which part of the record it is', () => {
  const svg = ecgStrip({ ...strip(['I'], 30, () => 0), seconds: 20, note: '5–25 s' })
  const [[points]] = traces(svg)
  assert.is(points.length, 2001)
  assert.match(textOf(svg), '5–25 s · 25 mm/s')
  // Room below for the note, on whole centimetre lines of the grid.
  assert.match(svg, 'height="35mm" viewBox="0 0 510 35"')
})

test('marks beats above every lead, on twelve above the rhythm strip', () => {
  const marks = (svg: string) =>
    elementsOf(svg)
      .filter(({ attributes }) => attributes.class === 'ecg-beats')
      .flatMap(({ attributes }) =>
        [...attributes.d.matchAll(/M([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]),
      )
  // The tip lies 0.8 mm to the right of where the path begins.
  const two = marks(ecgStrip({ ...strip(['I', 'II'], 10, () => 0), beats: [100, 900, 1001] }))
  assert.equal(two, [
    [34.2, 1],
    [234.2, 1],
    [34.2, 31],
    [234.2, 31],
  ])
  const twelve = marks(ecgStrip({ ...strip(TWELVE, 10, () => 0), beats: [100] }))
  assert.equal(twelve, [[34.2, 91]])
  assert.equal(marks(ecgStrip(strip(TWELVE, 10, () => 0))), [])
})

test('tall complexes stay in their row', () => {
  // 3 mV up in the first lead, 2.5 mV down in the second.
  const tall = strip(['I', 'II'], 2, (lead, t) => (t >= 50 && t < 60 ? [3, -2.5][lead] : 0))
  const [first, second] = traces(ecgStrip(tall)).map(([points]) => points.map(([, y]) => y))
  assert.ok(Math.min(...first) >= 0)
  assert.ok(Math.max(...first) < Math.min(...second), 'rows do not touch')
  assert.match(ecgStrip(tall), 'viewBox="0 0 60 90"')
  // What no sheet holds is cut off at the edge of its row.
  assert.match(ecgStrip(strip(['I'], 1, (_, t) => (t === 50 ? 30 : 0))), /<svg x="10" y="0" width="25" height="60"/)
})

test('draws a long sheet in halves that fit together', () => {
  const [left, right, ...more] = ecgParts(strip(TWELVE, 10, lead => lead))
  assert.equal(more, [])
  assert.equal([left.widthMm, right.widthMm], [135, 125])
  assert.match(left.svg, 'viewBox="0 0 135 120"')
  assert.match(right.svg, 'viewBox="135 0 125 120"')
  assert.match(textOf(left.svg), '|I|aVR|II|aVL|III|aVF|II|')
  assert.match(textOf(right.svg), '|V1|V4|V2|V5|V3|V6|II|')
  assert.is(ecgParts(strip(TWELVE, 4, () => 0)).length, 1)
})

test('writes annotations above the rows that show all of the time', () => {
  const svg = ecgStrip({
    ...strip(['I', 'V1'], 4, () => 0),
    annotations: [
      { sample: 100, symbol: 'V' },
      { sample: 200, symbol: '<' },
    ],
  })
  const texts = elementsOf(svg).filter(({ name, attributes }) => name === 'text' && attributes.y === '5.5')
  assert.equal(
    texts.map(({ attributes }) => attributes.x),
    ['35', '60'],
  )
  assert.match(textOf(svg), '|V|V|<|<|')
})

test('escapes names', () => {
  const svg = ecgStrip(strip(['<I>'], 1, () => 0, 'record "<x>"'))
  assert.match(textOf(svg), '<I>')
  assert.match(svg, 'aria-label="record &#34;&#60;x&#62;&#34;"')
})

test.run()
