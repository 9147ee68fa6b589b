import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { quantize as quantizeCommand } from '../../src-ts/commands/quantize.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { calibrate } from '../../src-ts/quantize/calibrate.ts'
import { count, histogram } from '../../src-ts/quantize/ranges/histogram.ts'
import { rangeMethods } from '../../src-ts/quantize/ranges/index.ts'
import { random } from '../../src-ts/random.ts'
import { FloatGraphBuilder, floatGraphs } from '../helpers/float-graph.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('calibrate')
const testWithTfjs = withTfjs('calibrate', test)

const SIZE = 60
const graph = runFloatPasses(floatGraphs(3).find(g => g.name === 'inception')!)

/** Records of unit deviation, one after another. */
function records(count: number, seed = 1): Float32Array {
  const stream = random(seed)
  return Float32Array.from({ length: count * SIZE }, () => stream.normal())
}

/** The same records in batches of `size`. */
function* batches(rows: Float32Array, size: number) {
  for (let at = 0; at < rows.length; at += size * SIZE) yield rows.slice(at, at + size * SIZE)
}

testWithTfjs('every tensor that is fed or computed gets a range that holds 0, a ReLU one that starts there', tf => {
  const ranges = calibrate(tf, graph, [records(8)])
  for (const index of [...graph.inputs, ...graph.nodes.flatMap(node => node.outputs)]) {
    const { min, max } = ranges.get(index)!
    assert.ok(min <= 0 && max >= 0 && max > min, graph.tensors[index].name)
  }
  for (const node of graph.nodes.filter(n => n.attrs.activation === 'relu')) {
    assert.is(ranges.get(node.outputs[0])!.min, 0)
  }
})

testWithTfjs('the same records give the same ranges, however they come in batches', tf => {
  const rows = records(20)
  const [input] = graph.inputs
  const once = calibrate(tf, graph, [rows])
  assert.equal([...calibrate(tf, graph, batches(rows, 20))], [...once])
  const inThrees = calibrate(tf, graph, batches(rows, 3))
  assert.equal(inThrees.get(input), once.get(input))
  for (const [index, range] of once) {
    // Batches of another size may sum in another order: float32 over some hundred products.
    assert.ok(Math.abs(inThrees.get(index)!.max - range.max) <= 1e-5 * (1 + range.max), graph.tensors[index].name)
  }
})

testWithTfjs('a spike of 30 times the signal in the calibration set moves no range', tf => {
  const rows = records(100)
  const clean = calibrate(tf, graph, [rows])
  const spiky = rows.slice()
  spiky[37 * SIZE + 5] = 120
  spiky.fill(-118, 37 * SIZE + 40, 37 * SIZE + 50)
  const robust = calibrate(tf, graph, [spiky])
  for (const [index, { min, max }] of clean) {
    const width = robust.get(index)!.max - robust.get(index)!.min
    // The spiked record is clipped to what the others reach; its clipped bulk may still be the largest, but of the same order.
    assert.ok(width <= 1.6 * (max - min), `${graph.tensors[index].name}: ${width} instead of ${max - min}`)
  }
})

testWithTfjs('a signal of one sign keeps a range of one sign', tf => {
  const range = calibrate(tf, graph, [records(10).map(Math.abs)]).get(graph.inputs[0])!
  assert.is(range.min, 0)
  assert.ok(range.max > 1)
})

testWithTfjs('what cannot be calibrated on is refused in one sentence', tf => {
  assert.throws(() => calibrate(tf, graph, []), /^\[quantize\] inception: there are no calibration records\.$/)
  assert.throws(
    () => calibrate(tf, graph, [new Float32Array(61)]),
    /no whole number of inputs \(got 61, expected a multiple of 60\)/,
  )
  const holed = records(2)
  holed[70] = Number.NaN
  assert.throws(
    () => calibrate(tf, graph, [holed]),
    /ecg: a value seen in calibration is not a finite number \(got NaN\)/,
  )
})

testWithTfjs('each input has its own range; a row holds all of them', tf => {
  const b = new FloatGraphBuilder('two')
  const two = b.finish(b.add(b.input([1, 1, 1, 2]), b.input([1, 1, 1, 2])))
  const ranges = calibrate(tf, two, [Float32Array.of(1, -1, 20, 10, 1, -1, 20, 10)])
  assert.equal(
    two.inputs.map(index => ranges.get(index)),
    [
      { min: -1, max: 1 },
      { min: 0, max: 20 },
    ],
  )
  assert.equal(ranges.get(two.outputs[0]), { min: 0, max: 21 })
})

const [byRecords, ...others] = rangeMethods

test('the command offers all of them', () => {
  const option = quantizeCommand.options.find(({ long }) => long === '--ranges')!
  assert.equal(
    option.argChoices,
    rangeMethods.map(({ name }) => name),
  )
})

for (const method of rangeMethods) {
  testWithTfjs(`${method.name}: ranges hold 0, lie in what was seen, and outputs have all of it`, tf => {
    const rows = records(60)
    const whole = calibrate(
      tf,
      graph,
      [rows],
      rangeMethods.find(({ name }) => name === 'min-max'),
    )
    const chosen = calibrate(tf, graph, batches(rows, 25), method)
    for (const [index, { min, max }] of chosen) {
      const seen = whole.get(index)!
      const { name } = graph.tensors[index]
      // Batches of another size may sum in another order, on inputs that are clipped in another way.
      const slack = 1e-4 * (seen.max - seen.min) + (method === byRecords ? 0 : 0.05 * (seen.max - seen.min))
      assert.ok(min <= 0 && max >= 0 && max > min, name)
      assert.ok(min >= seen.min - slack && max <= seen.max + slack, `${name}: ${min} … ${max}`)
    }
  })
}

test('what histograms tell: a spike is left out, evenly spread values are not', () => {
  for (const method of others) {
    if (method.kind !== 'histogram') continue
    const stream = random(3)
    const bell = Float32Array.from({ length: 200_000 }, () => stream.normal())
    const even = Float32Array.from({ length: 200_000 }, () => 2 * stream.uniform() - 1)
    const rangeOf = (values: Float32Array, min: number, max: number) => {
      const seen = histogram({ min, max })
      count(seen, values)
      return method.range(seen)
    }
    const spiked = rangeOf(Float32Array.of(...bell.subarray(0, 50_000), 28), -6, 28)
    // The squared error of one clipped spike outweighs the rounding of thousands of values: why `mse` is not the default.
    const most = method.name === 'mse' ? 27 : 8
    assert.ok(spiked.max > 2 && spiked.max < most, `${method.name}: ${spiked.max}`)
    const flat = rangeOf(even, -1, 1)
    assert.ok(flat.max > 0.95 && flat.min < -0.95, `${method.name}: ${flat.min} … ${flat.max}`)
  }
})

test.run()
