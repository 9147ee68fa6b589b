import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { byName } from '../../src-ts/errors.ts'
import { predictionsOf } from '../../src-ts/metrics/predictions.ts'
import { selectionScore } from '../../src-ts/metrics/selection-score.ts'
import { networks } from '../../src-ts/networks/index.ts'
import { networkShape, type Recipe } from '../../src-ts/networks/network.ts'
import { tasks } from '../../src-ts/tasks/index.ts'
import { loadFloatModel } from '../../src-ts/train/float-model.ts'
import { predictLogits } from '../../src-ts/train/predict.ts'
import { ecgDataDir, skip } from '../helpers/environment.ts'
import { withTfjs } from '../helpers/with-tfjs.ts'

const test = suite('zoo')
const native = withTfjs('zoo', test)
const root = fileURLToPath(new URL('../../models/', import.meta.url))
const names = readdirSync(root, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name)
const data = ecgDataDir()
/** Least score of a model on records that it was trained on. */
const LEARNED = 0.8

for (const name of names) {
  native(`${name} has the layers of its network and the form of its task`, async tf => {
    const { model, metadata } = await loadFloatModel(tf, root + name)
    const network = byName('network', metadata.network!, networks)
    const task = byName('task', metadata.task, tasks)
    const { samples, leads, labels, features } = task
    const fresh = network.build(tf, networkShape(task, network), 1)
    const form = (each: typeof model) => each.layers.map(layer => [layer.name, layer.getClassName(), layer.outputShape])
    assert.equal(form(model), form(fresh))
    assert.equal(metadata.leads, leads)
    assert.equal(metadata.labels, labels)
    assert.is(metadata.samples, samples)
    assert.equal(metadata.features?.names, features)
    assert.is(metadata.thresholds.length, labels.length)
    assert.is(metadata.provenance.parameters, model.countParams())
    for (const each of [model, fresh]) each.dispose()
  })

  const figures = `${name} reaches the figure of its card on the validation fold`
  if (!data) skip('zoo', figures, 'no ECG data: set ECG_DATA_DIR')
  else {
    native(figures, async tf => {
      const { model, metadata } = await loadFloatModel(tf, root + name)
      const task = byName('task', metadata.task, tasks)
      const dir = task.locate(data)
      assert.ok(dir, `${data} holds no data of ${task.name}`)
      const { splits } = await task.open({ kind: 'folder', dir }, ['validation'])
      const dataset = splits.validation!
      const logits = predictLogits({ tf, model, dataset, standardization: metadata })
      model.dispose()
      const { name: kind, value } = selectionScore(predictionsOf(dataset, logits))
      const card = cardFigures(name)
      if (!card) {
        // A model that learned these records as well has no figure on them; but it knows them.
        const { includeValidation } = metadata.provenance.recipe as Recipe
        assert.ok(includeValidation && value > LEARNED, `${kind} ${value}`)
        return
      }
      // Other data give other figures; on another processor rounding may swap a few ranks.
      const { records, [kind]: expected } = card
      if (dataset.length !== records) skip('zoo', figures, `${dataset.length} records here, ${records} on the card`)
      else assert.ok(Math.abs(value - expected) < 1e-4, `${value}, card ${expected}`)
    })
  }
}

/** Returns what the card says of the float model on the validation split, if it has a figure on it. */
function cardFigures(name: string): { records: number; macroAuc: number; macroF1: number } | undefined {
  const { figures } = JSON.parse(readFileSync(`${root}${name}.card.json`, 'utf8'))
  return figures.find((f: { engine: string; split: string }) => f.engine === 'tfjs' && f.split === 'validation')
}

test.run()
