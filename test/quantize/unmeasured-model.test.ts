import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { toModel } from '../../src-ts/engines/model.ts'
import { predictInt8 } from '../../src-ts/engines/predict.ts'
import { reference } from '../../src-ts/engines/reference.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { macroAuc, rocAuc } from '../../src-ts/metrics/roc.ts'
import { runFloatPasses } from '../../src-ts/passes/float/index.ts'
import { toIntegers } from '../../src-ts/runs/to-integers.ts'
import { exportGraph } from '../../src-ts/train/export.ts'
import { predictFloat } from '../../src-ts/train/predict.ts'
import { train } from '../../src-ts/train/train.ts'
import { noScaling, sineClasses, tinyNetwork, tinyRecipe } from '../helpers/sine-classes.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

// The trap: a "quantized" score that was measured on the float model. Here the score must follow the int8 bytes.

const test = suite('unmeasured-model')
const testWithTfjs = withTfjs('unmeasured-model', test)
const engine = { engine: reference, form: reference.forms[0] }

/** The network with every int8 weight replaced by another layer of the same kind of numbers: same shapes, same scales, nothing learnt. */
function scrambled(graph: IntGraph): IntGraph {
  const tensors = graph.tensors.map(t => (t.data instanceof Int8Array ? { ...t, data: t.data.toReversed() } : t))
  return { ...graph, tensors }
}

testWithTfjs(
  'the int8 score is that of the int8 bytes: near the float score, and lost with the int8 weights',
  async tf => {
    const model = tinyNetwork(tf, 1)
    const [training, validation] = [sineClasses('train', 256), sineClasses('validation', 128)]
    const shared = { tf, model, train: training, validation, standardization: noScaling, seed: 1, dataHash: 'sines' }
    await train({ ...shared, recipe: { ...tinyRecipe, epochs: 8 } })
    const graph = runFloatPasses(exportGraph(model))
    const { integers: quantized } = toIntegers(tf, graph, training, noScaling, 1)

    const float = macroAuc(predictFloat(tf, model, validation, noScaling)).macro
    const int8 = await predictInt8(toModel(quantized, 'tiny'), validation, engine)
    const measured = macroAuc(int8).macro
    assert.ok(float > 0.8, `the float model has learnt (${float})`)
    // 128 records: one record changing its rank moves an AUC by up to 1 / 50.
    assert.ok(Math.abs(measured - float) < 0.02, `int8 ${measured}, float ${float}`)

    const { scale } = quantized.tensors[quantized.outputs[0]].quantization!
    const steps = new Set(Array.from(int8.logits, logit => Math.round(logit / scale[0])))
    assert.ok(
      int8.logits.every(logit => Math.abs(logit / scale[0] - Math.round(logit / scale[0])) < 1e-3),
      'logits are whole steps of the output scale',
    )
    assert.ok(steps.size <= 256)

    const broken = macroAuc(await predictInt8(toModel(scrambled(quantized), 'tiny'), validation, engine)).macro
    assert.ok(broken < 0.7, `scrambled int8 weights still score ${broken}`)
    assert.is(macroAuc(predictFloat(tf, model, validation, noScaling)).macro, float)
    model.dispose()
  },
)

test('an AUC of int8 logits is the AUC of the bytes themselves', () => {
  const bytes = [-128, -3, 5, 5, 127, 40]
  const positives = [0, 0, 1, 0, 1, 1]
  assert.is(
    rocAuc(bytes, positives),
    rocAuc(
      bytes.map(q => 0.07 * (q + 3)),
      positives,
    ),
  )
})

test.run()
