import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { build, planModule } from '../../src-ts/codegen/build.ts'
import { layerTable } from '../../src-ts/codegen/layer-table.ts'
import { arrays, elements, type IntData, type IntGraph, tensorBytes } from '../../src-ts/ir/graph.ts'
import { dropDeadChannels } from '../../src-ts/passes/int/drop-dead-channels.ts'
import { compilePasses, runIntPasses } from '../../src-ts/passes/int/index.ts'
import { IntProbe } from '../../src-ts/passes/int/verify.ts'
import { runPass } from '../../src-ts/passes/run-pass.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { referenceRunner, runReference } from '../../src-ts/reference/run.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { withDeadChannels } from '../../tools/random-networks/dead-channels.ts'
import { withInt16 } from '../../tools/random-networks/int16-network.ts'
import { randomNetwork } from '../../tools/random-networks/random-network.ts'
import { NetworkBuilder } from '../helpers/network-builder.ts'

const test = suite('drop-dead-channels')

const pick = <T>(r: Random, values: readonly T[]): T => values[r.integer(values.length)]
const MACS_OF = (graph: IntGraph) => layerTable(graph).macs
const weightBytes = (graph: IntGraph) => graph.tensors.reduce((sum, t) => sum + (t.data ? tensorBytes(t) : 0), 0)

/** Values that differ over random rows, rows of one value, and rows of extremes. */
function differing(a: IntGraph, b: IntGraph, rows: number, seed: number): number {
  const [before, after] = [referenceRunner(a), referenceRunner(b)]
  let count = 0
  for (let row = 0; row < rows; row++) {
    const stream = random(seed, row)
    const constant = stream.integer(256) - 128
    const inputs = a.inputs.map(i => {
      const { shape, type } = a.tensors[i]
      const value = [() => stream.integer(256) - 128, () => constant, () => (stream.integer(2) ? 127 : -128)][row % 3]
      return new arrays[type as 'int8'](elements(shape)).map(value) as IntData
    })
    const [x, y] = [before(inputs), after(inputs)]
    for (const [i, values] of x.entries()) values.forEach((value, k) => void (value !== y[i][k] && count++))
  }
  return count
}

/** A network with branches, pools, depthwise convolutions, both kinds of padding, and a dense end. */
function branched(seed: number): IntGraph {
  const r = random(seed, 5)
  const b = new NetworkBuilder(`branched ${seed}`)
  const activation = () => pick(r, ['none', 'relu', 'relu6'])
  const size = (): [number, number] =>
    pick(r, [
      [1, 1],
      [1, 3],
      [3, 3],
    ] as [number, number][])
  const x = b.input([1, 4 + r.integer(3), 18 + r.integer(9), 1 + r.integer(4)])
  const padding = () => pick(r, ['same', 'valid'])
  let y = b.conv(x, 4 + r.integer(8), size(), pick(r, [1, 2]), activation(), padding())
  for (let layer = 0; layer < 1 + r.integer(3); layer++) {
    const kind = r.integer(6)
    if (kind === 0) y = b.depthwise(y, [1, pick(r, [1, 3])], 1, activation(), 'same')
    if (kind === 1)
      y = b.concat(b.conv(y, 5, [1, 1], 1, activation()), b.conv(y, 3 + r.integer(4), [1, 3], 1, activation()))
    if (kind === 2) y = b.maxPool(y, 2, 2)
    if (kind === 3) y = b.affine(y)
    if (kind === 4) y = b.pad(y, 1, 2)
    y = b.conv(y, 3 + r.integer(9), [1, pick(r, [1, 2])], 1, activation(), padding())
  }
  const end = pick(r, [() => b.flatten(y), () => b.mean(y), () => b.flatten(b.averagePool(y, 1, 1))])()
  const hidden = b.dense(end, 3 + r.integer(9), activation())
  return withDeadChannels(b.graph(b.dense(hidden, 4)), r, 0.2 + 0.6 * r.uniform())
}

/** HOLTER_LONG=1 for ten times as many networks. */
const MANY = process.env.HOLTER_LONG ? 10 : 1

test('random networks: not one output differs, and channels go', () => {
  let [before, after, changed] = [0, 0, 0]
  for (let seed = 1; seed <= 60 * MANY; seed++) {
    const graph = branched(seed)
    const cut = runIntPasses(graph, { passes: [dropDeadChannels] })
    assert.is(differing(graph, cut, 6, seed), 0, graph.name)
    if (cut !== graph) changed++
    before += MACS_OF(graph)
    after += MACS_OF(cut)
    assert.ok(MACS_OF(cut) <= MACS_OF(graph) && weightBytes(cut) <= weightBytes(graph), graph.name)
  }
  assert.ok(changed > 45 * MANY, `${changed} networks changed`)
  assert.ok(after < 0.6 * before, `${after} of ${before} MACs are left`)
})

test('int16: not one output differs', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const graph = withInt16(branched(seed))
    assert.is(differing(graph, runIntPasses(graph), 3, seed), 0, graph.name)
  }
})

for (const pass of compilePasses) {
  test(`${pass.name}: random networks over all operators keep their outputs, and a second run finds nothing`, () => {
    for (let seed = 1; seed <= 80 * MANY; seed++) {
      const graph = withDeadChannels(randomNetwork(seed), random(seed))
      const cut = runIntPasses(graph, { passes: [pass] })
      assert.is(differing(graph, cut, 3, seed), 0, graph.name)
      assert.is(runPass(pass, cut), cut, graph.name)
    }
  })
}

/** Three 1×1 convolutions, a mean and a dense layer. */
function pointwise(): IntGraph {
  const b = new NetworkBuilder('pointwise')
  let y = b.input([1, 1, 50, 10])
  for (let i = 0; i < 3; i++) y = b.conv(y, 20, [1, 1], 1)
  return b.graph(b.dense(b.mean(y), 5))
}

test('40 % zero filters: MACs, weights and module shrink accordingly', async () => {
  const whole = pointwise()
  const graph = withDeadChannels(whole, random(1), 0.4)
  // The two outputs of the last layer that are constant stay: they are results.
  const cut = runIntPasses(graph)
  assert.is(differing(graph, cut, 20, 1), 0)
  assert.is(MACS_OF(graph), 50 * (10 * 20 + 20 * 20 + 20 * 20) + 20 * 5)
  assert.is(MACS_OF(cut), 50 * (10 * 12 + 12 * 12 + 12 * 12) + 12 * 5)
  // Weights, biases of four bytes, and the axes of the mean.
  assert.is(weightBytes(cut), 10 * 12 + 12 * 12 + 12 * 12 + 12 * 5 + 4 * (12 + 12 + 12 + 5) + 8)
  assert.ok(writeTflite(cut).length < 0.8 * writeTflite(graph).length)
  const [before, after] = await Promise.all([whole, graph].map(g => build(planModule(g, 'simd'), '')))
  const saved = before.wasm.length - after.wasm.length
  assert.ok(saved >= weightBytes(whole) - weightBytes(cut), `${saved} bytes of the module`)
})

test('a padded convolution keeps a constant that is not at its zero point', () => {
  const network = (padding: string, activation: string) => {
    const b = new NetworkBuilder('padded')
    const y = b.conv(b.input([1, 1, 9, 4]), 10, [1, 1], 1, activation)
    return withDeadChannels(b.graph(b.conv(y, 1, [1, 3], 1, 'none', padding)), random(2), 0.5)
  }
  /** Channels of the first layer after the pass, and how many of the five dead ones stand at the zero point. */
  const channels = (graph: IntGraph) => {
    const [hidden] = graph.nodes[0].outputs
    const { data } = graph.tensors[graph.nodes[0].inputs[1]]
    const dead = Array.from({ length: 10 }, (_, c) => c).filter(c => data!.slice(4 * c, 4 * c + 4).every(w => w === 0))
    const values = runReference(graph, [new Int8Array(36)])[hidden]!
    const atZero = dead.filter(c => values[c] === graph.tensors[hidden].quantization!.zeroPoint[0])
    const cut = runIntPasses(graph)
    return { kept: cut.tensors[cut.nodes[0].outputs[0]].shape[3], atZero: atZero.length }
  }
  assert.is(channels(network('valid', 'none')).kept, 5)
  for (const activation of ['none', 'relu']) {
    const { kept, atZero } = channels(network('same', activation))
    assert.is(kept, 10 - atZero)
    // Behind a relu the negative biases are zero points.
    assert.ok(activation === 'none' ? atZero < 2 : atZero > 1, `${atZero} at the zero point`)
  }
})

test('a dense layer with a scale a channel keeps two: with one TFLM would compute another multiplier', () => {
  const b = new NetworkBuilder('narrow')
  const y = b.dense(b.input([1, 12]), 8)
  const graph = withDeadChannels(b.graph(b.dense(y, 3)), random(3), 0.9)
  const cut = runIntPasses(graph)
  assert.is(cut.tensors[cut.nodes[0].outputs[0]].shape[1], 2)
  assert.is(differing(graph, cut, 20, 3), 0)
})

test('a channel that an output or an unknown reader shows stays', () => {
  const b = new NetworkBuilder('shown')
  const y = b.conv(b.input([1, 1, 9, 4]), 10, [1, 1], 1)
  const z = b.conv(y, 3, [1, 1], 1)
  const graph = withDeadChannels(b.graph(z, y), random(2), 0.5)
  assert.is(runIntPasses(graph), graph)
})

test('a pass that changes one value is refused by name', () => {
  const graph = pointwise()
  const probe = new IntProbe(graph, 3)
  probe.verify(graph, 'nothing')
  const bias = graph.nodes[0].inputs[2]
  const tensors = graph.tensors.map((t, i) =>
    i === bias ? { ...t, data: (t.data as Int32Array).map(b => b + 9000) } : t,
  )
  assert.throws(
    () => probe.verify({ ...graph, tensors }, 'net after odd-pass'),
    /\[passes\] net after odd-pass: output .* changed its values/,
  )
})

test.run()
