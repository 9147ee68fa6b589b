import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runnable } from '../../src-ts/engines/model.ts'
import { flavourNames } from '../../src-ts/ops/flavour.ts'
import { opByKind } from '../../src-ts/ops/index.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { graphOf } from '../helpers/one-node.ts'

const test = suite('engines/model')

test('a model is built once in each flavour: what is written is what runs', async () => {
  const graph = graphOf('add', opByKind('add').cases()[0])
  const model = runnable(writeTflite(graph), 'add')
  for (const flavour of flavourNames) {
    const { wasm, manifest } = await model.build(flavour)
    assert.is(await model.module(flavour), wasm)
    assert.is((await model.build(flavour)).wasm, wasm)
    assert.is(manifest.flavour, flavour)
  }
})

test('an unknown flavour is one sentence that names those there are', async () => {
  const graph = graphOf('add', opByKind('add').cases()[0])
  try {
    await runnable(writeTflite(graph), 'add').module('simt')
    assert.unreachable()
  } catch (error) {
    assert.match((error as Error).message, /^\[usage\] simt: no such flavour \(expected scalar, .*Did you mean simd/)
  }
})

test.run()
