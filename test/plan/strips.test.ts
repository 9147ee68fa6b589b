import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import type { Flavour } from '../../src-ts/ops/flavour.ts'
import type { PlanOptions } from '../../src-ts/plan/make-plan.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { type Strips, stripsOf } from '../../src-ts/plan/strips/lines.ts'
import { type Random, random } from '../../src-ts/random.ts'
import type { PreparedNode } from '../../src-ts/reference/prepare.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { randomInt16Network, randomNetwork } from '../../tools/random-networks/random-network.ts'
import { randomStream } from '../../tools/random-networks/random-stream.ts'
import { difference, runProgram } from '../../tools/random-networks/run-program.ts'
import { branchedNetwork } from '../helpers/branched-network.ts'
import { NetworkBuilder } from '../helpers/network-builder.ts'

/** Networks of one module, and modules in each flavour; HOLTER_LONG=1 for 3,200 networks. */
const NETWORKS = 32
const MODULES = process.env.HOLTER_LONG ? 100 : 1
const INPUTS = 3
/** Here a node before the strips could work in place over what they read, in the place of a third tensor. */
const SHARED_PLACE = 82
/** Here a filter skips the first row of a strip, of which no earlier one is kept. */
const SKIPPED_ROWS = 169
const test = suite('plan/strips')

/** Convolutions, depthwise ones, pools, sums and concatenations on a plane. */
function planeNetwork(seed: number): IntGraph {
  const r = random(seed, 91)
  const net = new NetworkBuilder(`plane ${seed}`)
  const draw = (low: number, high: number) => low + r.integer(high - low + 1)
  const made = [net.input([1, draw(6, 24), draw(1, 12), draw(1, 9)])]
  for (let nodes = draw(3, 8); nodes > 0; nodes--) {
    const x = made[r.integer(4) ? made.length - 1 : r.integer(made.length)]
    const [, height, width, channels] = net.shapeOf(x)
    const taps = (size: number): number => Math.min(size, draw(1, 4))
    const filter: [number, number] = [taps(height), taps(width)]
    const padding = r.integer(2) ? 'same' : 'valid'
    const alike = made.filter(y => `${net.shapeOf(y)}` === `${net.shapeOf(x)}`)
    const other = alike[r.integer(alike.length)]
    const makers = [
      () => net.conv(x, draw(1, 12), filter, height > 5 ? draw(1, 2) : 1, 'relu', padding),
      () => net.conv(x, channels, filter, 1),
      () => net.depthwise(x, filter, height > 5 && width > 5 ? draw(1, 2) : 1, 'relu', padding),
      () => net.maxPool(x, filter[1], 1, padding),
      () => net.averagePool(x, Math.min(2, height), 1),
      () => net.affine(x),
      () => net.hardSwish(x),
      () => net.add(x, other),
      () => net.concatRescaled([x, other], 3),
    ]
    made.push(makers[r.integer(makers.length)]())
  }
  return net.graph(...new Set([made.at(-1)!, made[r.integer(3) ? made.length - 1 : draw(1, made.length - 1)]]))
}

/** Long filters before wide rows: the first strips lie more bytes before their tensor than memory has. */
function wideNetwork(): IntGraph {
  const net = new NetworkBuilder('wide')
  const x = net.conv(net.conv(net.input([1, 1, 90, 1]), 2, [1, 25], 1), 2, [1, 25], 1)
  return net.graph(net.mean(net.conv(x, 200, [1, 25], 2)))
}

/** Cuts a network into as many ranges as a walk from its first node on finds. */
function randomStrips(r: Random) {
  return (graph: IntGraph, prepared: readonly PreparedNode[]): Strips[] => {
    const found: Strips[] = []
    for (let first = 0; first < graph.nodes.length; first++) {
      const last = Math.min(graph.nodes.length - 1, first + r.integer(6))
      const strips = stripsOf(graph, prepared, { first, last, rows: 1 + r.integer(4), over: r.integer(2) > 0 })
      if (!strips) continue
      found.push(strips)
      first = last
    }
    return found
  }
}

const kinds = [
  planeNetwork,
  (seed: number) => randomStream(seed, seed % 8 === 1 ? 'same' : 'valid').graph,
  branchedNetwork,
  (seed: number) => (seed % 8 === 3 ? randomNetwork(seed) : randomInt16Network(seed)),
]

/** Compares a module of networks with the reference, and returns how many ranges it cuts. */
async function equalsReference(graphs: readonly IntGraph[], flavour: Flavour, options: () => PlanOptions) {
  const jobs = graphs.map((graph, i) => {
    const r = random(i, 92)
    const bytes = INPUTS * rowBytes(graph, graph.inputs)
    return { graph, inputs: Int8Array.from({ length: bytes }, () => r.integer(256)), count: INPUTS }
  })
  const results = await runProgram(jobs, flavour, options())
  for (const [i, { graph, inputs }] of jobs.entries()) {
    assert.is(difference(results[i], rowRunner(graph)(inputs, INPUTS)), undefined, `${flavour}: ${graph.name}`)
  }
  return makePlan(graphs, flavour, options()).networks
}

/** Networks whose arena strips made smaller. */
let smaller = 0

for (let module = 0; module < MODULES; module++) {
  const drawn = Array.from({ length: NETWORKS }, (_, i) => kinds[i % kinds.length](module * NETWORKS + i))
  const graphs = [wideNetwork(), branchedNetwork(SHARED_PLACE), randomStream(SKIPPED_ROWS, 'same').graph, ...drawn]
  for (const flavour of ['scalar', 'simd'] as const) {
    test(`random ranges cut into strips give the bytes of the reference, ${flavour}, module ${module}`, async () => {
      const networks = await equalsReference(graphs, flavour, () => ({ ram: randomStrips(random(module, 93)) }))
      const ranges = networks.flatMap(({ strips }) => strips)
      assert.ok(ranges.length > NETWORKS / 2 && ranges.some(({ first, last }) => last > first + 2))
    })

    test(`the smallest arenas give the bytes of the reference, ${flavour}, module ${module}`, async () => {
      const least = await equalsReference(graphs, flavour, () => ({ ram: 'min' }))
      const whole = makePlan(graphs, flavour).networks
      for (const [i, { arena }] of least.entries()) assert.ok(arena.bytes <= whole[i].arena.bytes, graphs[i].name)
      // A module has few where luck draws many networks whose largest layers cannot be cut: of 100 modules three have a quarter or less.
      const fewer = least.filter(({ arena }, i) => arena.bytes < whole[i].arena.bytes).length
      assert.ok(fewer > NETWORKS / 8)
      smaller += fewer
    })
  }
}

test('more than a quarter of the random networks have smaller arenas in strips', () => {
  assert.ok(smaller > (2 * MODULES * NETWORKS) / 4)
})

test.run()
