import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import { node } from '../../src-ts/engines/node.ts'
import { wasmtime } from '../../src-ts/engines/wasmtime.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { type Flavour, flavourNames } from '../../src-ts/ops/flavour.ts'
import type { Kernel } from '../../src-ts/ops/kernel.ts'
import { random } from '../../src-ts/random.ts'
import { prepareGraph } from '../../src-ts/reference/prepare.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { difference } from '../../tools/random-networks/run-program.ts'
import { skip } from '../helpers/environment.ts'
import { kernelsOf } from '../helpers/every-kernel.ts'
import { qemuAarch64 } from '../helpers/qemu-aarch64.ts'
import { extremeInputs, randomConvolution } from '../helpers/random-convolution.ts'
import { laneKinds, randomLaneNode } from '../helpers/random-lane-node.ts'
import { stagedModule } from '../helpers/staged-module.ts'

/**
 * Kernels of one module, and modules of each flavour. A case is a kernel of a random node with one input; HOLTER_LONG=1 for 10⁵ of each flavour
 * in each engine (and what V8 of Node 24 says of the relaxed one, if it runs this), HOLTER_MODULES=FROM-TO for a part of them.
 */
const long = Boolean(process.env.HOLTER_LONG)
const KERNELS = long ? 400 : 60
const [FIRST, LAST] = (process.env.HOLTER_MODULES ?? (long ? '0-20' : '0-0')).split('-').map(Number)
/** Four rows each of random bytes, the smallest, the largest, and both. */
const ROWS = long ? 12 : 4
const flavours: readonly Flavour[] = long ? flavourNames : ['relaxed']
const engines = [node, wasmtime, ...(long ? [qemuAarch64] : [])]

const suiteName = 'kernels in every engine'
const test = suite(suiteName)
const counts = new Map<string, number>()

interface Job {
  readonly graph: IntGraph
  readonly kernel: Kernel
  readonly rows: Int8Array
}

/** Convolutions and dense layers by half, all else that has several kernels in turn, each by every kernel that fits. */
function drawJobs(module: number, flavour: Flavour): Job[] {
  const jobs: Job[] = []
  const kinds = laneKinds()
  for (let i = 0; jobs.length < KERNELS; i++) {
    const r = random(module, 31, i)
    const graph = i % 2 ? randomLaneNode(kinds[(i >> 1) % kinds.length], r) : randomConvolution(r, i)
    const bytes = rowBytes(graph, graph.inputs)
    const rows = new Int8Array(ROWS * bytes)
    for (let row = 0; row < ROWS; row += 4) rows.set(extremeInputs(r, bytes), row * bytes)
    for (const kernel of kernelsOf(prepareGraph(graph)[0], flavour)) jobs.push({ graph, kernel, rows })
  }
  return jobs
}

/** Rows of all jobs side by side: of each job's `count` rows one after another. */
function sideBySide(each: readonly Int8Array[], count: number): Int8Array {
  const all = new Int8Array(each.reduce((sum, rows) => sum + rows.length, 0))
  let at = 0
  for (let row = 0; row < count; row++) {
    for (const rows of each) {
      const bytes = rows.length / count
      all.set(rows.subarray(row * bytes, (row + 1) * bytes), at)
      at += bytes
    }
  }
  return all
}

for (let module = FIRST; module <= LAST; module++) {
  for (const flavour of flavours) {
    test(`${flavour}, module ${module}`, async () => {
      const jobs = drawJobs(module, flavour)
      let next = 0
      const graphs = jobs.map(({ graph }) => graph)
      const model = await stagedModule(graphs, flavour, { choose: () => [{ kernel: jobs[next++].kernel }] })
      const references = new Map<IntGraph, Int8Array>()
      for (const { graph, rows } of jobs)
        if (!references.has(graph)) references.set(graph, rowRunner(graph)(rows, ROWS))
      const inputs = sideBySide(
        jobs.map(({ rows }) => rows),
        ROWS,
      )
      const expected = sideBySide(
        graphs.map(graph => references.get(graph)!),
        ROWS,
      )
      for (const engine of engines) {
        if (engine.missing() || !engine.forms.some(form => form.flavour === flavour)) continue
        const session = await engine.open(model, { flavour })
        const got = await session.run(inputs, ROWS)
        await session.close()
        const where = `${engine.name}, ${flavour}`
        for (const wrong of wrongJobs(jobs, got, expected)) assert.unreachable(`${where}: ${wrong}`)
        assert.is(difference(got, expected), undefined, where)
        counts.set(where, (counts.get(where) ?? 0) + jobs.length * ROWS)
      }
    })
  }
}

/** Names the kernels whose outputs differ. */
function wrongJobs(jobs: readonly Job[], got: Int8Array, expected: Int8Array): string[] {
  let at = 0
  return jobs.flatMap(({ graph, kernel }) => {
    const bytes = rowBytes(graph, graph.outputs)
    const row = at
    at += bytes
    const size = expected.length / ROWS
    const differs = Array.from({ length: ROWS }, (_, k) => k * size + row).some(from =>
      expected.subarray(from, from + bytes).some((value, i) => value !== got[from + i]),
    )
    return differs ? [`${kernel.name} of ${graph.name}`] : []
  })
}

for (const engine of engines) if (engine.missing()) skip(suiteName, `in ${engine.name}`, engine.missing()!)

test('every flavour was compared', () => {
  for (const [where, cases] of counts) {
    assert.ok(cases >= KERNELS * ROWS, where)
    if (long) console.error(`${where}: ${cases} cases`)
  }
  assert.ok(counts.size > 0 || wasmtime.missing())
})

test.run()
