import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { Flavour } from '../../src-ts/ops/flavour.ts'
import type { Kernel } from '../../src-ts/ops/kernel.ts'
import { random } from '../../src-ts/random.ts'
import { prepareGraph } from '../../src-ts/reference/prepare.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { difference, flavoursHere, runProgram } from '../../tools/random-networks/run-program.ts'
import { kernelsOf } from '../helpers/every-kernel.ts'
import { extremeInputs, randomConvolution } from '../helpers/random-convolution.ts'

/** Modules of LAYERS kernels of layers, each with the four inputs of `extremeInputs`: 1,536 cases, or with HOLTER_LONG=1 1.5 · 10⁵ of every flavour here. */
const MODULES = process.env.HOLTER_LONG ? 100 : 1
const flavours: readonly Flavour[] = process.env.HOLTER_LONG ? flavoursHere : ['simd']
const LAYERS = 384
/** Kernels that many layers must have. */
const NAMES = ['windows', 'blocks', 'sparse', 'sparse-blocks', 'toom-cook', 'toom-cook-plane'].map(
  name => `conv2d-${name}`,
)
const test = suite('every kernel of convolutions that fits gives the bytes of the reference')
/** Layers of each kernel. */
const counts = new Map<string, number>()

for (const [flavour, module] of flavours.flatMap(name =>
  Array.from({ length: MODULES }, (_, i) => [name, i] as const),
)) {
  test(`${flavour}, module ${module}: ${LAYERS} layers`, async () => {
    const jobs: { graph: ReturnType<typeof randomConvolution>; kernel: Kernel; inputs: Int8Array; count: number }[] = []
    for (let seed = module * 10_000; jobs.length < LAYERS; seed++) {
      const r = random(seed, 13)
      const graph = randomConvolution(r, seed)
      const inputs = extremeInputs(r, rowBytes(graph, graph.inputs))
      const kernels = kernelsOf(prepareGraph(graph)[0], flavour)
      for (const kernel of kernels) jobs.push({ graph, kernel, inputs, count: 4 })
    }
    for (const { kernel } of jobs) counts.set(kernel.name, (counts.get(kernel.name) ?? 0) + 1)
    let next = 0
    const results = await runProgram(jobs, flavour, { choose: () => [{ kernel: jobs[next++].kernel }] })
    for (const [i, { graph, kernel, inputs }] of jobs.entries()) {
      const expected = rowRunner(graph)(inputs, 4)
      assert.is(difference(results[i], expected), undefined, `${graph.name}, ${kernel.name}`)
    }
  })
}

test('every kernel was among them', () => {
  for (const name of NAMES) assert.ok((counts.get(name) ?? 0) > 5, name)
})

test.run()
