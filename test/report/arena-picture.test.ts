import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planArena } from '../../src-ts/plan/arena.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { arenaText } from '../../src-ts/report/arena-picture.ts'
import { branchedNetwork } from '../helpers/branched-network.ts'
import { runHolter } from '../helpers/holter-process.ts'

const test = suite('report/arena-picture')

test('where greedy by size loses, both pictures stand on one ground with the same letters', () => {
  const buffers = [
    { name: 'in', bytes: 48, first: -1, last: -1 },
    { name: 'end', bytes: 48, first: 1, last: 1 },
    { name: 'left', bytes: 32, first: -1, last: 0 },
    { name: 'right', bytes: 32, first: 0, last: 1 },
  ]
  const lines = arenaText({ buffers, arena: planArena(buffers) }).split('\n')
  assert.equal(lines, [
    'arena  80 B, the least possible; greedy by size 112 B, 40 % more',
    'scale  a line 16 B, a column a node, the inputs first',
    '',
    '               greedy by size, 112 B',
    '               96 ·cc',
    'arena, 80 B    80 ·cc',
    '64 bbd         64 bb·',
    '48 bbd         48 bb·',
    '32 a·d         32 a·d',
    '16 acc         16 a·d',
    ' 0 acc          0 a·d',
    '',
    '   bytes  nodes    buffer',
    '─  ─────  ───────  ──────',
    'a     48  -1       in',
    'b     32  -1 to 0  left',
    'c     32  0 to 1   right',
    'd     48  1        end',
  ])
})

test('one picture where greedy by size is as good, and long networks in 64 columns', () => {
  const chain = Array.from({ length: 150 }, (_, i) => ({ name: `t${i}`, bytes: 160, first: i - 1, last: i }))
  const text = arenaText({ buffers: chain, arena: planArena(chain) })
  assert.match(text, /^arena {2}320 B, the least possible\nscale {2}a line 16 B, a column 3 nodes\n\narena, 320 B\n/)
  assert.not.match(text, /greedy/)
  assert.ok(text.split('\n').every(line => line.length <= 80))
})

test('branched networks: greedy by size is never better, and loses more than a tenth on some', () => {
  const losses = Array.from({ length: 60 }, (_, seed) => {
    const [network] = makePlan([branchedNetwork(seed)], 'simd').networks
    const { bytes, greedy, optimal } = network.arena
    const text = arenaText(network)
    assert.ok(optimal, `seed ${seed}`)
    assert.is(/^ *(arena, .*)?greedy by size, /m.test(text), greedy.bytes > bytes, `seed ${seed}`)
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
    return greedy.bytes / bytes - 1
  })
  assert.ok(Math.min(...losses) >= 0)
  assert.ok(Math.max(...losses) > 0.1, `the largest loss is ${Math.max(...losses)}`)
})

test('a branched network that ships: greedy by size takes more, and neither plan lets buffers overlap', () => {
  const { status, stdout, stderr } = runHolter(['inspect', 'models/inception-cnn-pruned.tflite', '--arena', '--json'])
  assert.is(status, 0, stderr)
  const { bytes, lowerBoundBytes, optimal, greedyBytes, buffers } = JSON.parse(stdout)
  assert.ok(optimal)
  assert.ok(lowerBoundBytes <= bytes && bytes < greedyBytes)
  for (const offset of ['offset', 'greedyOffset']) {
    for (const a of buffers) {
      assert.ok(a[offset] + a.bytes <= (offset === 'offset' ? bytes : greedyBytes))
      for (const b of buffers) {
        if (a === b || a.last < b.first || b.last < a.first) continue
        assert.ok(a[offset] + a.bytes <= b[offset] || b[offset] + b.bytes <= a[offset], `${a.name}, ${b.name}`)
      }
    }
  }
})

test.run()
