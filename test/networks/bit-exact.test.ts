import type { LayersModel } from '@tensorflow/tfjs-layers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toModel } from '../../src-ts/engines/model.ts'
import { node } from '../../src-ts/engines/node.ts'
import { compareEngines } from '../../src-ts/engines/parity.ts'
import { byName } from '../../src-ts/errors.ts'
import { networks } from '../../src-ts/networks/index.ts'
import { type Network, type NetworkShape, networkShape } from '../../src-ts/networks/network.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { calibrate } from '../../src-ts/quantize/calibrate.ts'
import { quantize } from '../../src-ts/quantize/quantize.ts'
import { inputColumns } from '../../src-ts/quantize/rows.ts'
import { random } from '../../src-ts/random.ts'
import { tasks } from '../../src-ts/tasks/index.ts'
import { loadTfjs, trainingMissing } from '../../src-ts/train/backend.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import { readWeights, writeWeights } from '../../src-ts/train/model-weights.ts'
import type { Tf } from '../../src-ts/train/tf.ts'
import { skip } from '../helpers/environment.ts'

/** Shorter than a record, and odd, so that pools and strides meet a remainder; the arithmetic is the same. Beats are short as they are. */
const shapeOf = (network: Network): NetworkShape => {
  const shape = networkShape(byName('task', network.task, tasks), network)
  return { ...shape, samples: Math.min(shape.samples, 163) }
}
const CALIBRATION_RECORDS = 2

const test = suite('networks bit-exact')
const missing = trainingMissing()

/** Gives batch norm statistics, scales and offsets as training leaves them; fresh ones would fold into nothing. */
function randomizeNorms(tf: Tf, model: LayersModel): void {
  const stream = random(3)
  const uniform = (data: Float32Array, low: number, high: number) =>
    data.map(() => low + (high - low) * stream.uniform())
  const drawn = [...readWeights(model)].map(([name, data]): [string, Float32Array] => {
    if (/(gamma|variance)$/.test(name)) return [name, uniform(data, 0.5, 1.5)]
    return [name, /(beta|mean|bias)$/.test(name) ? uniform(data, -0.3, 0.3) : data]
  })
  writeWeights(tf, model, new Map(drawn))
}

/** Returns standard normal rows: what standardized records look like to a scale. */
function noise(records: number, size: number): Float32Array {
  const stream = random(4)
  return Float32Array.from({ length: records * size }, () => stream.normal())
}

for (const network of networks) {
  const name = `${network.name}: its int8 module gives the bytes of the reference, scalar and SIMD`
  if (missing) {
    skip('networks bit-exact', name, missing)
    continue
  }
  test(name, async () => {
    const tf = loadTfjs()
    const { samples, width = 1, leads, labels, features = 0 } = shapeOf(network)
    const size = samples * width * leads + features
    const model = network.build(tf, shapeOf(network), 1)
    randomizeNorms(tf, model)
    const rows = noise(CALIBRATION_RECORDS, size)
    const exported = exportGraph(model)
    const { columns, count } = inputColumns(exported, rows)
    const inputs = columns.map((column, i) =>
      tf.tensor(column, [count, ...exported.tensors[exported.inputs[i]].shape.slice(1)]),
    )
    const graph = runFloatPasses(exported, { probe: { tf, inputs } })
    const int8 = toModel(quantize(graph, calibrate(tf, graph, [rows])), network.name)
    tf.dispose(inputs)
    model.dispose()

    const stream = random(5)
    const bytes = Int8Array.from({ length: 2 * size }, () => stream.integer(256) - 128)
    const results = await compareEngines(int8, [node], bytes, 2)
    assert.equal(
      results,
      node.forms.map(({ flavour }) => ({ engine: 'node', flavour, outputs: 2 * labels, differing: 0 })),
    )
  })
}

test.run()
