import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ops } from '../../src-ts/ops/index.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { converterPython } from '../../src-ts/toolchain.ts'
import { randomCase } from '../../tools/random-networks/random-case.ts'
import { difference } from '../../tools/random-networks/run-program.ts'
import { testUnless } from '../helpers/environment.ts'
import { graphOf } from '../helpers/one-node.ts'

const suiteName = 'ops by LiteRT'
const test = suite(suiteName)
const missing = converterPython() ? undefined : 'no LiteRT: npx holter setup import installs it'

/** Nodes of each op, every one with all 256 values; HOLTER_LONG=1 for ten times as many. */
const NODES = process.env.HOLTER_LONG ? 2000 : 200
const everyByte = Int8Array.from({ length: 256 }, (_, i) => i)

for (const { kind } of ops.filter(op => op.truth === 'litert')) {
  testUnless(
    missing,
    suiteName,
    test,
  )(`${kind}: ${NODES} random nodes give the bytes of LiteRT`, () => {
    const graphs = Array.from({ length: NODES }, (_, seed) =>
      graphOf(kind, randomCase(kind, `seed ${seed}`, random(seed, kind.length))),
    )
    const results = runLitert(graphs.map(graph => ({ tflite: writeTflite(graph), input: everyByte })))
    for (const [i, graph] of graphs.entries()) {
      const expected = rowRunner(graph)(everyByte, 1)
      assert.is(difference(results[i], expected), undefined, `${graph.name}: ${JSON.stringify(graph.nodes[0].attrs)}`)
    }
  })
}

/** Returns the output of each file with one input and one output. */
function runLitert(jobs: readonly { tflite: Uint8Array; input: Int8Array }[]): Int8Array[] {
  const script = fileURLToPath(new URL('../helpers/litert.py', import.meta.url))
  const base64 = (bytes: Uint8Array | Int8Array) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  const input = JSON.stringify(jobs.map(job => ({ tflite: base64(job.tflite), input: base64(job.input) })))
  const stdio: ['pipe', 'pipe', 'ignore'] = ['pipe', 'pipe', 'ignore']
  const said = execFileSync(converterPython()!, [script], { input, encoding: 'utf8', stdio, maxBuffer: 1 << 28 })
  return (JSON.parse(said) as string[]).map(bytes => new Int8Array(Buffer.from(bytes, 'base64')))
}

test.run()
