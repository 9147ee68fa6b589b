import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Dataset } from '../../src-ts/ecg/datasets/dataset.ts'
import { toModel } from '../../src-ts/engines/model.ts'
import { predictInt8 } from '../../src-ts/engines/predict.ts'
import { reference } from '../../src-ts/engines/reference.ts'
import { macroAuc } from '../../src-ts/metrics/roc.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { roundWeights } from '../../src-ts/quantize/round-weights.ts'
import { predictGraph } from '../../src-ts/runs/predict-graph.ts'
import { toIntegers } from '../../src-ts/runs/to-integers.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import { predictFloat } from '../../src-ts/train/predict.ts'
import { train } from '../../src-ts/train/train.ts'
import { noScaling, sineClasses, tinyNetwork, tinyRecipe } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('what quantization costs a trained network')
const native = withTfjs('what quantization costs a trained network', test)

/** The same records with a lead-off spike of 28 mV in every hundredth: what PTB-XL has, if a little more often. */
function spiked(records: Dataset): Dataset {
  return {
    ...records,
    read(index, out, at) {
      records.read(index, out, at)
      if (index % 100 === 7) for (let i = 20; i < 26; i++) out[at + i] = i % 2 ? 28 : -28
    },
  }
}

native(
  'spikes in the calibration records change the macro AUC by less than .002; so do int8 weights alone',
  async tf => {
    const records = sineClasses('train', 300)
    const validation = sineClasses('validation', 300)
    const model = tinyNetwork(tf, 1)
    await train({
      tf,
      model,
      train: records,
      standardization: noScaling,
      recipe: tinyRecipe,
      seed: 1,
      dataHash: 'sines',
    })
    const graph = runFloatPasses(exportGraph(model))
    const float = macroAuc(predictFloat(tf, model, validation, noScaling)).macro
    model.dispose()
    const int8 = async (calibration: Dataset) => {
      const { integers } = toIntegers(tf, graph, calibration, noScaling, 1)
      const choice = { engine: reference, form: { flavour: 'typescript' } } as const
      return macroAuc(await predictInt8(toModel(integers, 'sines'), validation, choice)).macro
    }
    assert.ok(float > 0.9, `${float}`)
    const [clean, robust] = [await int8(records), await int8(spiked(records))]
    assert.ok(Math.abs(clean - float) < 0.002, `${clean} int8, ${float} float`)
    assert.ok(Math.abs(robust - clean) < 0.002, `${robust} with spikes, ${clean} without`)
    const dynamic = macroAuc(predictGraph(tf, roundWeights(graph), validation, noScaling)).macro
    assert.ok(Math.abs(dynamic - float) < 0.002, `${dynamic} with int8 weights, ${float} float`)
    assert.is.not(dynamic, float)
  },
)

test.run()
