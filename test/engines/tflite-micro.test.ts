import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RunnableModel } from '../../src-ts/engines/engine.ts'
import { runOnce } from '../../src-ts/engines/session.ts'
import { runTfliteMicro, tfliteMicro } from '../../src-ts/engines/tflite-micro.ts'
import { HolterError } from '../../src-ts/errors.ts'
import { elements, type IntGraph } from '../../src-ts/ir/graph.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { random } from '../../src-ts/random.ts'
import { rowRunner } from '../../src-ts/reference/run.ts'
import { readTflite } from '../../src-ts/tflite/index.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { skip } from '../helpers/environment.ts'
import { graphOf } from '../helpers/one-node.ts'
import { logisticFile, rawTflite } from '../helpers/raw-tflite.ts'

const suiteName = 'engines/tflite-micro'

function model(graph: IntGraph, tflite = writeTflite(graph)): RunnableModel {
  return { graph, tflite, module: () => Promise.reject(new Error('no module is needed')) }
}

function run(runnable: RunnableModel, inputs: Int8Array, count: number) {
  return runOnce(tfliteMicro, runnable, tfliteMicro.forms[0], inputs, count)
}

function rows(graph: IntGraph, count: number): Int8Array {
  const stream = random(7, count)
  const bytes = graph.inputs.reduce((sum, i) => sum + elements(graph.tensors[i].shape), 0)
  return Int8Array.from({ length: bytes * count }, () => stream.integer(256) - 128)
}

/** A LOGISTIC over `length` values. */
function logistic(length: number): Uint8Array {
  const file = logisticFile()
  return rawTflite({ ...file, tensors: file.tensors.map(tensor => ({ ...tensor, shape: [1, length] })) })
}

const test = suite(suiteName)
if (tfliteMicro.missing()) skip(suiteName, 'all tests', tfliteMicro.missing()!)
else {
  test('rows of one and of several inputs give the bytes of the reference, in order', async () => {
    for (const kind of ['conv2d', 'add']) {
      const graph = graphOf(kind, opByKind(kind).cases()[0])
      for (const count of [0, 1, 17]) {
        const inputs = rows(graph, count)
        const expected = rowRunner(graph)(inputs, count)
        assert.equal(await run(model(graph), inputs, count), expected, `${kind}, ${count} rows`)
      }
    }
  })

  test('activations may be far larger than the file', async () => {
    const tflite = logistic(1 << 20)
    const graph = readTflite(tflite, 'large.tflite')
    const inputs = rows(graph, 1)
    const expected = rowRunner(graph)(inputs, 1)
    const got = await run(model(graph, tflite), inputs, 1)
    assert.ok(Buffer.from(got.buffer).equals(Buffer.from(expected.buffer)))
  })

  test('a refusal is one sentence that names the operator, and does not stop the other jobs', async () => {
    const graph = readTflite(logistic(4), 'small.tflite')
    const rnn = rawTflite({ ...logisticFile(), codes: [{ old: 24, code: 24 }] })
    const job = { graph, inputs: Int8Array.of(0, 0, 0, 0), count: 1 }
    const garbage = new Uint8Array(64).fill(120)
    const results = await runTfliteMicro([
      { ...job, tflite: rnn },
      { ...job, tflite: garbage },
      { ...job, tflite: logistic(4) },
    ])
    assert.match(results[0] as string, /\bRNN\b/)
    assert.type(results[1], 'string')
    assert.is((results[2] as Int8Array).length, 4)
    try {
      await run(model(graph, rnn), job.inputs, 1)
      assert.unreachable()
    } catch (error) {
      assert.instance(error, HolterError)
      assert.match((error as Error).message, /^\[engine\] .*: tflite-micro refuses the file: .*RNN/)
      assert.not.match((error as Error).message, /\n/)
    }
  })

  test('FILL of a constant, which has no computed input, gives the bytes of TFLM', async () => {
    const quantization = { scale: [Math.fround(0.05)], zeroPoint: [4], axis: 0 }
    const activation = (name: string) => ({ name, shape: [2, 5], type: 'int8' as const, quantization })
    const file = writeTflite({
      name: 'constant',
      tensors: [
        activation('x'),
        { name: 'shape', shape: [2], type: 'int32', data: Int32Array.of(2, 5) },
        { name: 'value', shape: [], type: 'int8', quantization, data: Int8Array.of(-77) },
        activation('filled'),
        activation('y'),
      ],
      nodes: [
        { name: 'filled', op: 'fill', attrs: {}, inputs: [1, 2], outputs: [3] },
        { name: 'y', op: 'add', attrs: { activation: 'none' }, inputs: [0, 3], outputs: [4] },
      ],
      inputs: [0],
      outputs: [4],
    })
    const graph = readTflite(file, 'constant.tflite')
    const inputs = rows(graph, 3)
    assert.equal(await run(model(graph, file), inputs, 3), rowRunner(graph)(inputs, 3))
  })

  test('a network with an operator that TFLM lacks is refused by its name, before the file is read', async () => {
    const graph = graphOf('gelu', opByKind('gelu').cases()[0])
    assert.is(tfliteMicro.refuses!(graph), 'it does not have GELU')
    try {
      await run(model(graph), rows(graph, 1), 1)
      assert.unreachable()
    } catch (error) {
      assert.match((error as Error).message, /^\[engine\] .*: tflite-micro refuses the file: it does not have GELU/)
    }
  })
}

test.run()
