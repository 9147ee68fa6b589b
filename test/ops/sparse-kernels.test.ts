import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import { conv2dSparse } from '../../src-ts/ops/kernels/conv2d-sparse.ts'
import { conv2dSparseBlocks } from '../../src-ts/ops/kernels/conv2d-sparse-blocks.ts'
import { fullyConnectedSparse } from '../../src-ts/ops/kernels/fully-connected-sparse.ts'
import { fullyConnectedSparseBlocks } from '../../src-ts/ops/kernels/fully-connected-sparse-blocks.ts'
import { caseNode } from '../../src-ts/ops/parts/cases.ts'
import { blocksOf, packSparse } from '../../src-ts/ops/parts/sparse-filter.ts'
import { type Random, random } from '../../src-ts/random.ts'
import { prepareGraph } from '../../src-ts/reference/prepare.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { pick } from '../../tools/random-networks/random-draw.ts'
import { difference, runProgram } from '../../tools/random-networks/run-program.ts'
import { graphOf } from '../helpers/one-node.ts'
import { extremeInputs } from '../helpers/random-convolution.ts'

const test = suite('filters with many zeros')

/** Filters of runs of zeros, some of them longer than one byte counts, and of values between. */
const filter = fc.array(fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: -128, max: 127 })), {
  minLength: 1,
  maxLength: 6,
})

function unpack(bytes: Uint8Array, outC: number, perFilter: number, run: number): Int8Array {
  const filter = new Int8Array(outC * perFilter)
  let from = 0
  for (let o = 0; o < outC; o++) {
    let left = bytes[from] + 256 * bytes[from + 1]
    from += 2
    for (let at = o * perFilter - run; left > 0; left--) {
      at += (bytes[from] + 1) * run
      filter.set(bytes.subarray(from + 1, from + 1 + run), at)
      from += 1 + run
    }
  }
  return filter
}

test('unpacking gives the filter, and no weight is left out', () => {
  fc.assert(
    fc.property(filter, fc.integer({ min: 1, max: 4 }), fc.constantFrom(1, 4), (runs, outC, run) => {
      const values = runs.flatMap(([zeros, value]) => [...new Array(zeros).fill(0), value])
      const one = [...values, ...new Array(-values.length & (run - 1)).fill(0)]
      const all = Int8Array.from({ length: outC * one.length }, (_, i) => one[(i * 7) % one.length])
      const { bytes, places } = packSparse(all, outC, run)
      assert.equal(unpack(bytes, outC, one.length, run), all)
      const at = places.flatMap((each, o) => each.map(place => (o * one.length) / run + place))
      assert.is(bytes.length, 2 * outC + (1 + run) * at.length)
      assert.ok(all.every((value, i) => value === 0 || at.includes(Math.floor(i / run))))
    }),
    { seed: 1 },
  )
})

test('a filter of zeros names none', () => {
  assert.equal(packSparse(Int8Array.of(0, 0, 0, 0, 5, 0), 2), {
    bytes: Uint8Array.of(0, 0, 1, 0, 1, 5),
    places: [[], [1]],
  })
})

test('blocks are the quarters of a filter that have a weight', () => {
  const filter = Int8Array.of(0, 0, 0, 1, 0, 0, 0, 0, -1, 0, /* */ 0, 0, 0, 0, 2, 3, 4, 5, 0, 0)
  assert.equal(blocksOf(filter, 2), [[0, 2], [1]])
})

/** Weights of patterns that pruning makes, at their ends more often than not. */
function sparseWeights(r: Random, filters: number, perFilter: number): Int8Array {
  const [run, part] = pick(r, [
    [1, 0.5],
    [1, 0.25],
    [4, 0.25],
    [1, 0.1],
    [4, 0.1],
    [8, 0.02],
  ])
  const weights = new Int8Array(filters * perFilter)
  for (let i = 0; i < weights.length; i += run) {
    if (r.uniform() < part) for (let j = i; j < i + run; j++) weights[j] = pick(r, [127, -127, r.integer(256) - 128])
  }
  return weights.fill(0, 0, r.integer(2) ? perFilter : 0)
}

/** A dense layer or a convolution along time; long filters have gaps that one byte does not count. */
function sparseLayer(r: Random, i: number) {
  const dense = i % 2 === 0
  const [outC, inC] = [
    1 + r.integer(21),
    dense
      ? 16 + r.integer(pick(r, [40, 700]))
      : pick(r, [1 + r.integer(20), 1 + r.integer(150), 4 + 4 * r.integer(20)]),
  ]
  const [stride, dilation] = pick(r, [
    [1, 1],
    [2, 1],
    [3, 1],
    [1, 3],
  ])
  const taps = 1 + r.integer(7)
  const [rows, pixels] = [1 + r.integer(3), 8 + r.integer(90)]
  const filter = dense ? [outC, inC] : [outC, 1, taps, inC]
  const scale = Array.from({ length: outC }, () => 0.002 * (1 + r.integer(8)))
  const inputs = [
    { shape: dense ? [rows, inC] : [1, 1, pixels * stride, inC], scale: 0.03, zeroPoint: r.integer(256) - 128 },
    {
      shape: filter,
      data: sparseWeights(
        r,
        outC,
        filter.slice(1).reduce((a, b) => a * b),
      ),
      scale,
      axis: 0,
    },
    { shape: [outC], constant: 3000, type: 'int32' as const, scale: scale.map(s => s * 0.03), axis: 0 },
  ]
  const along = { padding: 'same', strideH: 1, strideW: stride, dilationH: 1, dilationW: dilation }
  const attrs = { activation: pick(r, ['none', 'relu']), ...(dense ? { keepNumDims: true } : along) }
  const shape = dense ? [rows, outC] : [1, 1, pixels, outC]
  const output = { shape, scale: pick(r, [0.05, 0.5]), zeroPoint: r.integer(256) - 128 }
  const kind = dense ? 'fullyConnected' : 'conv2d'
  return graphOf(kind, caseNode(`sparse ${i}: ${filter}`, kind, attrs, inputs, [output]))
}

/** Modules of 80 layers, or some 2,400 layers of four inputs with HOLTER_LONG=1. */
const MODULES = process.env.HOLTER_LONG ? 30 : 1
const KERNELS = {
  dense: [fullyConnectedSparse, fullyConnectedSparseBlocks],
  convolution: [conv2dSparse, conv2dSparseBlocks],
}

for (let module = 0; module < MODULES; module++) {
  test(`random sparse layers give the bytes of the reference, module ${module}`, async () => {
    const r = random(11, module)
    const target = { flavour: 'simd', element: { name: 'i8', bytes: 1 }, goal: 'speed' } as const
    const jobs = Array.from({ length: 80 }, (_, i) => ({
      graph: sparseLayer(r, i),
      kernels: KERNELS[i % 2 ? 'convolution' : 'dense'],
    }))
      .map(({ graph, kernels }) => ({
        graph,
        kernels,
        inputs: extremeInputs(r, rowBytes(graph, graph.inputs)),
        count: 4,
      }))
      .flatMap(({ kernels, ...job }) => kernels.map(kernel => ({ ...job, kernel })))
      .filter(({ graph, kernel }) => kernel.fits!(prepareGraph(graph)[0].constants as never, target))
    for (const kernel of module === 0 ? Object.values(KERNELS).flat() : []) {
      assert.ok(jobs.filter(job => job.kernel === kernel).length > 10, kernel.name)
    }
    let next = 0
    const results = await runProgram(jobs, 'simd', { choose: () => [{ kernel: jobs[next++].kernel }] })
    for (const [i, { graph, kernel, inputs }] of jobs.entries()) {
      assert.is(difference(results[i], rowRunner(graph)(inputs, 4)), undefined, `${graph.name}, ${kernel.name}`)
    }
  })
}

test.run()
