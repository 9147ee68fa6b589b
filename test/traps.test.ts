import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layerTable } from '../src-ts/codegen/layer-table.ts'
import { quantizeInput } from '../src-ts/engines/input.ts'
import { loadModel } from '../src-ts/engines/model.ts'
import { byName } from '../src-ts/errors.ts'
import { networks } from '../src-ts/networks/index.ts'
import { networkShape } from '../src-ts/networks/network.ts'
import { random } from '../src-ts/random.ts'
import type { Card } from '../src-ts/report/card.ts'
import { tasks } from '../src-ts/tasks/index.ts'
import { withTfjs } from './helpers/with-tfjs.ts'

/**
 * Mistakes by which earlier projects on these data fooled themselves, each with the tests that would see it. Those without a file stand
 * below.
 */
const TRAPS: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  'the same patient on both sides of a split': [
    ['ecg/datasets/splits.test.ts', 'a patient on both sides: no split, and the message names patient and records'],
    ['ecg/datasets/ptb-xl.test.ts', 'a patient on two sides of the split'],
    ['ecg/datasets/mit-bih-beats.test.ts', 'nobody is on two sides but the man of 201 and 202'],
    ['train/rounds.test.ts', 'every record is held out once, and no patient stands on both sides'],
  ],
  // Ids 1, 4, 5, 6, 9: the second row's signal is that of id 4.
  'ecg_id taken for a row number': [['ecg/datasets/ptb-xl.test.ts', 'labels, splits, counts and signals']],
  'a legend in another order than the columns': [
    [
      'report/render-report.test.ts',
      'keeps the label order in the legend, in the panels, in the tables and in the colours',
    ],
    ['metrics/evaluation.test.ts', 'is the same whatever the order of the labels'],
    ['tasks/ptbxl-superclass.test.ts', 'classes in the order of the published protocol'],
  ],
  'accuracy of one label on records with several': [
    ['metrics/confusion.test.ts', 'means accuracy over all labels, not one of them'],
  ],
  'no standardization': [
    ['train/predict.test.ts', 'logits are those of the model on standardized records, in order'],
    ['traps.test.ts', 'millivolts are standardized before they are quantized'],
  ],
  'softmax distillation of independent labels': [
    ['train/distill.test.ts', 'no softmax over independent labels: two that are both there stay both there'],
  ],
  'a sigmoid too many': [
    ['train/export.test.ts', 'a sigmoid at the very end is left out, as an activation and as a layer'],
    [
      'train/predict.test.ts',
      'a model that ends in a sigmoid or a softmax gets no second one: its logits give its own probabilities',
    ],
    [
      'metrics/threshold.test.ts',
      'a sigmoid too many would leave the AUC as it is and ruin the thresholds: the types refuse it',
    ],
    // Its title is made for each of the two operators.
    ['commands/evaluate.test.ts', 'keeps its own probabilities: no second sigmoid, ties kept'],
    ['codegen/decisions.test.ts', 'labels that exclude each other get neither'],
  ],
  'a quantized model that was never measured': [
    [
      'quantize/unmeasured-model.test.ts',
      'the int8 score is that of the int8 bytes: near the float score, and lost with the int8 weights',
    ],
  ],
  'the count of the student beside the score of the teacher': [
    ['traps.test.ts', 'a card counts the parameters of its own file'],
    ['traps.test.ts', 'has the parameters that its title says'],
  ],
}

const test = suite('traps')
const native = withTfjs('traps', test)
const here = fileURLToPath(new URL('./', import.meta.url))
const models = fileURLToPath(new URL('../models/', import.meta.url))

for (const [trap, tests] of Object.entries(TRAPS)) {
  test(`${trap}: its tests are there`, () => {
    for (const [file, title] of tests) assert.ok(readFileSync(here + file, 'utf8').includes(title), `${file}: ${title}`)
  })
}

test('millivolts are standardized before they are quantized', () => {
  const { graph } = loadModel(`${models}ecg-tiny.tflite`)
  const { normal } = random(1)
  const standard = Float32Array.from({ length: 12_000 }, () => normal())
  const { mean, deviation } = graph.metadata!
  const millivolts = standard.map(x => mean + deviation * x)
  const expected = quantizeInput({ ...graph, metadata: { ...graph.metadata!, mean: 0, deviation: 1 } }, standard)
  const bytes = quantizeInput(graph, millivolts)
  // Single precision moves a few values across a rounding border, never further than the next byte.
  assert.ok(bytes.every((byte, i) => Math.abs(byte - expected[i]) <= 1))
  assert.ok(bytes.filter((byte, i) => byte !== expected[i]).length < 120)
  const { metadata: _, ...without } = graph
  assert.ok(quantizeInput(without, millivolts).filter((byte, i) => byte !== expected[i]).length > 6000)
})

test('a card counts the parameters of its own file', () => {
  const cards = readdirSync(models).filter(file => file.endsWith('.card.json'))
  for (const file of cards) {
    const card: Card = JSON.parse(readFileSync(models + file, 'utf8'))
    const tflite = `${models}${card.name}.tflite`
    assert.is(card.parameters, card.metadata.provenance.parameters, file)
    if (existsSync(tflite)) assert.is(card.foldedParameters, layerTable(loadModel(tflite).graph).parameters, file)
    // Folding batch norm takes at most a few of a hundred parameters away; a teacher has many times as many.
    assert.ok(card.foldedParameters <= card.parameters && card.foldedParameters > 0.9 * card.parameters, file)
  }
})

for (const network of networks) {
  native(`${network.name} has the parameters that its title says`, tf => {
    const model = network.build(tf, networkShape(byName('task', network.task, tasks), network), 1)
    const [, number, power] = network.title.match(/([\d.]+) ([kM]) parameters/)!
    const unit = power === 'k' ? 1e3 : 1e6
    const said = Number(number)
    // As precise as the title is: 28 k is 27,500 to 28,500, 4.3 M is 4.25 to 4.35 M.
    const half = number.includes('.') ? 0.05 : 0.5
    assert.ok(Math.abs(model.countParams() / unit - said) <= half, `${network.title}: ${model.countParams()}`)
    model.dispose()
  })
}

test.run()
