import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import * as assert from 'uvu/assert'
import { evaluateFloat } from '../../src-ts/passes/float/evaluate.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { random } from '../../src-ts/random.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import type { Tf } from '../../src-ts/train/tf.ts'

/** Float32 sums in another order, and batch norm folded in double: outputs of a few units agree to this. */
export const TOLERANCE = 1e-4

type Tensor = SymbolicTensor
export const ecg = (tf: Tf, samples = 40) => tf.input({ shape: [samples, 3], name: 'ecg' })
export const apply = (layer: { apply(x: Tensor | Tensor[]): unknown }, x: Tensor | Tensor[]) => layer.apply(x) as Tensor

/** Gives every batch norm statistics such as training leaves: γ of both signs, means away from 0, uneven variances. */
export function shakeNorms(tf: Tf, model: LayersModel): void {
  const stream = random(5)
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'BatchNormalization') continue
    const values = layer.weights.map(({ shape, name }) => {
      const [low, high] = name.includes('variance') ? [0.05, 3] : name.includes('gamma') ? [-0.3, 1.5] : [-0.5, 0.5]
      const data = Float32Array.from({ length: shape[0]! }, () => low + (high - low) * stream.uniform())
      return tf.tensor(data)
    })
    layer.setWeights(values)
    tf.dispose(values)
  }
}

/** Largest |model − graph after export and passes| over random inputs; `last` is what the model does after the logits. */
export function worstDifference(tf: Tf, model: LayersModel, last: (x: number) => number = x => x): number {
  const x = model.inputs.map(({ shape }) => tf.randomNormal([2, ...(shape.slice(1) as number[])], 0, 1, 'float32', 11))
  const expected = model.predict(x, { batchSize: 2 }) as ReturnType<Tf['tensor']>
  const graph = runFloatPasses(exportGraph(model), { probe: { tf, inputs: x } })
  const [got] = evaluateFloat(tf, graph, x)
  assert.equal(got.shape, expected.shape)
  const a = expected.dataSync()
  const worst = Array.from(got.dataSync()).reduce((most, value, i) => Math.max(most, Math.abs(last(value) - a[i])), 0)
  tf.dispose([...x, expected, got])
  return worst
}
