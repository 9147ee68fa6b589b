import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { logistic } from '../../src-ts/ops/logistic.ts'
import type { Op } from '../../src-ts/ops/op.ts'
import { OperatorSet } from '../../src-ts/ops/operator-set.ts'
import { readTflite } from '../../src-ts/tflite/read.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { graphOf } from '../helpers/one-node.ts'

const test = suite('tflite custom operators')

interface SquashAttrs {
  readonly steps: number
}

/** LOGISTIC under another name, as a file holds what TFLite's schema does not know; one byte of options. */
const squash: Op<SquashAttrs> = {
  ...(logistic as unknown as Op<SquashAttrs>),
  kind: 'squash',
  truth: 'independent',
  tflite: {
    custom: 'Squash',
    read: ([steps = 0]) => ({ steps }),
    write: ({ steps }) => Uint8Array.of(steps),
  },
}
const known = new OperatorSet([logistic, squash])
const [{ node }] = logistic.cases()
const graph = graphOf('squash', { name: 'squash', node: { ...node, attrs: { steps: 7 } } })
const bytes = writeTflite(graph, known)

test('a custom operator is found by its name, and comes back with its options', () => {
  assert.equal(readTflite(bytes, 'net.tflite', known), graph)
  assert.equal(writeTflite(readTflite(bytes, 'net.tflite', known), known), bytes)
})

test('a builtin operator beside it keeps its code', () => {
  const [squashed] = graph.outputs
  const name = 'squashed twice'
  const twice = {
    ...graph,
    tensors: [...graph.tensors, { ...graph.tensors[squashed], name }],
    nodes: [...graph.nodes, { name, op: 'logistic', attrs: {}, inputs: [squashed], outputs: [graph.tensors.length] }],
    outputs: [graph.tensors.length],
  }
  assert.equal(readTflite(writeTflite(twice, known), 'net.tflite', known), twice)
})

test('without the operator the file is refused by the name that it gives', () => {
  assert.throws(() => readTflite(bytes, 'net.tflite'), /1 operator is not supported: CUSTOM Squash × 1 at "/)
})

test.run()
