import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileProgram } from '../../src-ts/codegen/compile.ts'
import { emitProgram } from '../../src-ts/codegen/emit.ts'
import type { RunnableModel } from '../../src-ts/engines/engine.ts'
import { node } from '../../src-ts/engines/node.ts'
import { probeInputs } from '../../src-ts/engines/parity.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { conv2d } from '../../src-ts/ops/conv2d.ts'
import { depthwiseConv2d } from '../../src-ts/ops/depthwise-conv2d.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { pick, scaleIn, sizeIn, zeroOf } from '../../tools/random-networks/random-draw.ts'
import { difference, runModule } from '../../tools/random-networks/run-program.ts'
import { graphOf } from '../helpers/one-node.ts'
import { relaxedDouble, relaxedForms } from '../helpers/relaxed-double.ts'

/** HOLTER_LONG=1 tries ten times as many. */
const NODES = process.env.HOLTER_LONG ? 1500 : 120
const INPUTS = 5
const test = suite('the relaxed flavour')

/** What src-as/relaxed-probe.ts exports for each form. */
const found = { broken: 0, unsigned: 1, signed: 2, saturating: 3 }

function convolution(r: Random): IntGraph {
  const [inC, outC] = [sizeIn(r, 1, 33), sizeIn(r, 1, 33)]
  const form = pick(r, ['plane', 'along width', 'along height'] as const)
  const [height, width, tall, wide] = {
    plane: [sizeIn(r, 3, 9), sizeIn(r, 8, 20), sizeIn(r, 1, 3), sizeIn(r, 1, 5)],
    'along width': [1, sizeIn(r, 8, 40), 1, sizeIn(r, 1, 11)],
    'along height': [sizeIn(r, 8, 40), 1, sizeIn(r, 1, 11), 1],
  }[form]
  const filter = [outC, tall, wide, inC]
  const dilation = sizeIn(r, 1, 4)
  // A window that fits nowhere has no output.
  const reach = Math.max(dilation * (tall - 1) - height, (form === 'plane' ? 1 : dilation) * (wide - 1) - width)
  const x = {
    shape: [1, height, width, inC],
    scale: scaleIn(r, 1e-3, 1),
    zeroPoint: zeroOf(r),
  }
  const scale = Array.from({ length: outC }, () => scaleIn(r, 1e-4, 0.01))
  const ends = r.integer(2) > 0
  const data = Int8Array.from({ length: filter.reduce((a, b) => a * b) }, () =>
    ends ? pick(r, [-127, 127]) : r.integer(255) - 127,
  )
  const attrs = {
    padding: reach < 0 ? pick(r, ['same', 'valid'] as const) : ('same' as const),
    activation: pick(r, ['none', 'relu'] as const),
    strideH: sizeIn(r, 1, 3),
    strideW: sizeIn(r, 1, 3),
    dilationH: dilation,
    dilationW: form === 'plane' ? 1 : dilation,
  }
  const biasScale = scale.map(s => s * x.scale)
  const inputs = [
    x,
    { shape: filter, data, scale, axis: 0 },
    { shape: [outC], constant: 30000, type: 'int32' as const, scale: biasScale, axis: 0 },
  ]
  const [shape] = conv2d.outputShapes(attrs, [{ shape: x.shape }, { shape: filter }])
  const output = { shape, scale: scaleIn(r, 0.01, 3), zeroPoint: zeroOf(r) }
  return graphOf('conv2d', caseNode(`${r.integer(2 ** 30)}`, 'conv2d', attrs, inputs, [output]))
}

function dense(r: Random): IntGraph {
  const [rows, depth, outC] = [pick(r, [1, 1, sizeIn(r, 2, 20)]), sizeIn(r, 1, 90), sizeIn(r, 1, 70)]
  const x = { shape: [rows, depth], scale: scaleIn(r, 1e-3, 1), zeroPoint: zeroOf(r) }
  const scale = Array.from({ length: outC }, () => scaleIn(r, 1e-4, 0.01))
  const ends = r.integer(2) > 0
  const data = Int8Array.from({ length: outC * depth }, () => (ends ? pick(r, [-127, 127]) : r.integer(255) - 127))
  const attrs = { activation: pick(r, ['none', 'relu'] as const), keepNumDims: false }
  const inputs = [
    x,
    { shape: [outC, depth], data, scale, axis: 0 },
    { shape: [outC], constant: 30000, type: 'int32' as const, scale: scale.map(s => s * x.scale), axis: 0 },
  ]
  const output = { shape: [rows, outC], scale: scaleIn(r, 0.01, 3), zeroPoint: zeroOf(r) }
  return graphOf('fullyConnected', caseNode(`${r.integer(2 ** 30)}`, 'fullyConnected', attrs, inputs, [output]))
}

function depthwise(r: Random): IntGraph {
  const inC = sizeIn(r, 1, 33)
  const [height, tall] = r.integer(2) ? [1, 1] : [sizeIn(r, 3, 9), sizeIn(r, 1, 3)]
  const filter = [1, tall, sizeIn(r, 1, 7), inC]
  const x = { shape: [1, height, sizeIn(r, 8, 30), inC], scale: scaleIn(r, 1e-3, 1), zeroPoint: zeroOf(r) }
  const scale = Array.from({ length: inC }, () => scaleIn(r, 1e-4, 0.01))
  const ends = r.integer(2) > 0
  const data = Int8Array.from({ length: filter.reduce((a, b) => a * b) }, () =>
    ends ? pick(r, [-127, 127]) : r.integer(255) - 127,
  )
  const stride = sizeIn(r, 1, 3)
  const attrs = {
    ...{ padding: 'same' as const, activation: pick(r, ['none', 'relu'] as const), depthMultiplier: 1 },
    ...{ strideH: stride, strideW: stride, dilationH: sizeIn(r, 1, 2), dilationW: sizeIn(r, 1, 4) },
  }
  const inputs = [
    x,
    { shape: filter, data, scale, axis: 3 },
    { shape: [inC], constant: 30000, type: 'int32' as const, scale: scale.map(s => s * x.scale), axis: 0 },
  ]
  const [shape] = depthwiseConv2d.outputShapes(attrs, [{ shape: x.shape }, { shape: filter }])
  const output = { shape, scale: scaleIn(r, 0.01, 3), zeroPoint: zeroOf(r) }
  return graphOf('depthwiseConv2d', caseNode(`${r.integer(2 ** 30)}`, 'depthwiseConv2d', attrs, inputs, [output]))
}

const graphs = [
  ...Array.from({ length: NODES }, (_, i) => convolution(random(i, 79))),
  ...Array.from({ length: NODES / 3 }, (_, i) => dense(random(i, 80))),
  ...Array.from({ length: NODES / 3 }, (_, i) => depthwise(random(i, 81))),
]
const plan = makePlan(graphs, 'relaxed')
const program = emitProgram(plan, 'test')
let wasm: Uint8Array | undefined

test('most nodes get the relaxed kernels', () => {
  const names = plan.networks.map(({ nodes }) => nodes[0].kernel!.name)
  assert.ok(names.filter(name => name === 'conv2d-relaxed').length > NODES / 2)
  assert.ok(names.filter(name => name === 'fully-connected-relaxed').length > NODES / 6)
  assert.ok(names.filter(name => name === 'depthwise-conv2d-relaxed').length > NODES / 6)
})

const jobs = graphs.map((graph, i) => ({
  graph,
  inputs: probeInputs({ graph } as RunnableModel, INPUTS, i),
  count: INPUTS,
}))

/** Runs every graph in a module and compares with the reference. Returns the form that its probe found. */
async function compare(module: Uint8Array): Promise<number> {
  const { instance } = await WebAssembly.instantiate(module as BufferSource, {})
  const results = runModule(instance, program, jobs)
  for (const [i, { graph, inputs }] of jobs.entries()) {
    const expected = rowRunner(graph)(inputs, INPUTS)
    assert.is(difference(results[i], expected), undefined, `${graph.name} ${JSON.stringify(graph.nodes[0].attrs)}`)
  }
  return (instance.exports.relaxed as WebAssembly.Global).value
}

for (const form of relaxedForms) {
  test(`gives the bytes of the reference where the engine's dot product is ${form}, and says so`, async () => {
    wasm ??= await compileProgram(program)
    assert.is(await compare(relaxedDouble(wasm, form)), found[form])
  })
}

// Node 20 has no such instruction; there Chromium and wasmtime show the real ones (test/engines).
if (node.forms.some(({ flavour }) => flavour === 'relaxed')) {
  test('gives the bytes of the reference by the dot product of this V8', async () => {
    wasm ??= await compileProgram(program)
    assert.ok(Object.values(found).includes(await compare(wasm)))
  })
}

test.run()
