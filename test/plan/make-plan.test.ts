import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileProgram } from '../../src-ts/codegen/compile.ts'
import { emitProgram } from '../../src-ts/codegen/emit.ts'
import { probeInputs } from '../../src-ts/engines/parity.ts'
import { tensorBytes } from '../../src-ts/ir/graph.ts'
import { flavourNames } from '../../src-ts/ops/flavour.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import type { NetworkPlan, Plan } from '../../src-ts/plan/plan.ts'
import { planData, planText } from '../../src-ts/plan/print.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { randomNetwork } from '../../tools/random-networks/random-network.ts'
import { flavoursHere } from '../../tools/random-networks/run-program.ts'
import { branchedNetwork as branched } from '../helpers/branched-network.ts'
import { tinyNetwork } from '../helpers/tiny-network.ts'

const test = suite('plan/make-plan')
/** Rows of inputs that each network is run on. */
const ROWS = 4
const graphs = Array.from({ length: 30 }, (_, seed) => randomNetwork(seed))

/** Every place that a node touches, as [address, end). */
function placesOf(network: NetworkPlan, step: number): [number, number][] {
  const { inputs, outputs, scratch, reserved } = network.nodes[step]
  const node = network.graph.nodes[step]
  const data = network.nodes[step].prepared.dataInputs
  return [
    ...inputs.map(({ address }, i) => [address, tensorBytes(network.graph.tensors[data[i]])]),
    ...outputs.map(({ address }, i) => [address, tensorBytes(network.graph.tensors[node.outputs[i]])]),
    ...[scratch, reserved].flatMap(place => (place ? [[place.address, place.bytes]] : [])),
  ].map(([address, bytes]) => [address, address + bytes])
}

/** Compiles a plan of several networks and runs each a few times; fails where a byte is not the reference's. */
async function runsAsDefined(plan: Plan): Promise<void> {
  const wasm = await compileProgram(emitProgram(plan, 'test'))
  const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {})
  const memory = new Int8Array((instance.exports.memory as WebAssembly.Memory).buffer)
  for (const [i, { graph, inputs, outputs }] of plan.networks.entries()) {
    const rows = probeInputs({ graph } as never, ROWS, i)
    const expected = rowRunner(graph)(rows, ROWS)
    const got: number[] = []
    let at = 0
    for (let row = 0; row < ROWS; row++) {
      for (const { address, bytes } of inputs) {
        memory.set(rows.subarray(at, at + bytes), address)
        at += bytes
      }
      ;(instance.exports[`run${i}`] as () => void)()
      for (const { address, bytes } of outputs) got.push(...memory.subarray(address, address + bytes))
    }
    assert.equal(got, [...expected], graph.name)
  }
}

for (const flavour of flavourNames) {
  test(`without views, what a node reads and writes lies apart, below the constants, ${flavour}`, () => {
    const plan = makePlan(graphs, flavour, { views: false })
    for (const network of plan.networks) {
      network.nodes.forEach((node, step) => {
        const places = placesOf(network, step)
        for (const [from, to] of places) assert.ok(from >= 1024 && to <= plan.constantsAddress)
        if (!node.kernel) return
        const written = places.slice(node.inputs.length)
        for (const [i, [from, to]] of written.entries()) {
          const others = [...places.slice(0, node.inputs.length), ...written.slice(i + 1)]
          for (const other of others) assert.ok(to <= other[0] || other[1] <= from, network.graph.name)
        }
      })
    }
  })
}

for (const flavour of flavoursHere) {
  test(`parts written in place, and nodes that work in place, change no byte, ${flavour}`, async () => {
    const many = [...graphs, ...Array.from({ length: 50 }, (_, seed) => branched(seed))]
    const apart = makePlan(many, flavour, { views: false })
    const plan = makePlan(many, flavour)
    const placed = plan.networks.flatMap(({ nodes }) =>
      nodes.filter(({ inputs, outputs, kernel }) => kernel && inputs.some(i => i.buffer === outputs[0].buffer)),
    )
    assert.ok(placed.some(node => node.prepared.op.kind === 'concatenation'))
    assert.ok(placed.some(node => node.prepared.op.kind !== 'concatenation'))
    plan.networks.forEach((network, i) => {
      assert.ok(network.arena.bytes <= apart.networks[i].arena.bytes, network.graph.name)
    })
    await runsAsDefined(plan)
  })
}

test('networks have an arena each, or share one and still compute the same when run in turn', async () => {
  const apart = makePlan(graphs, 'simd')
  const shared = makePlan(graphs, 'simd', { sharedArena: true })
  assert.ok(shared.constantsAddress < apart.constantsAddress)
  assert.is(new Set(shared.networks.map(network => network.arenaAddress)).size, 1)
  await runsAsDefined(shared)
})

test('a plan names the kernel of every node, for a person and as data', () => {
  const plan = makePlan([tinyNetwork()], 'simd')
  const text = planText(plan)
  for (const { prepared, kernel } of plan.networks[0].nodes) {
    assert.ok(text.includes(` ${prepared.op.kind} ${prepared.view.name}\n     ${kernel?.name ?? 'nothing to run'}`))
  }
  const [network] = JSON.parse(JSON.stringify(planData(plan))).networks
  assert.is(network.nodes.length, plan.networks[0].nodes.length)
  assert.equal(network.nodes.at(-2).kernel, null)
  assert.is(network.nodes[0].kernel, 'conv2d-blocks')
  assert.ok(network.nodes[0].rejected.some((other: { name: string }) => other.name === 'conv2d-windows'))
})

test.run()
