import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { quantizeInput } from '../../src-ts/engines/input.ts'
import { wasmtime } from '../../src-ts/engines/wasmtime.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { probabilities } from '../../src-ts/metrics/probabilities.ts'
import { endsInProbabilities } from '../../src-ts/ops/probability-end.ts'
import { runReference } from '../../src-ts/reference/run.ts'
import { openModel } from '../../src-ts/runs/open-model.ts'
import { ptbxlSuperclass } from '../../src-ts/tasks/ptbxl-superclass.ts'
import { readTflite } from '../../src-ts/tflite/index.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'
import { skip } from '../helpers/environment.ts'
import { writePtbXl } from '../helpers/ptb-xl-folder.ts'
import { textOf } from '../report/well-formed.ts'

const test = suite('holter evaluate')
const root = fileURLToPath(new URL('../../', import.meta.url))
const shipped = join(root, 'models/ecg-tiny.tflite')
const dir = mkdtempSync(join(tmpdir(), 'holter-evaluate-'))
test.after(() => rmSync(dir, { recursive: true }))

const { splits } = await ptbxlSuperclass.open({ kind: 'synthetic', seed: 1, records: 60 }, ['validation'])
const records = splits.validation!
const quiet = () => {}
const readShipped = () => readTflite(readFileSync(shipped), 'ecg-tiny')

/** The shipped network as another tool would export it: squashed at the end, and nothing said about labels and scaling. */
function foreign(op: 'logistic' | 'softmax'): IntGraph {
  const { metadata: _, ...graph } = readShipped()
  const [logits] = graph.outputs
  const shape = graph.tensors[logits].shape
  const quantization = { scale: [1 / 256], zeroPoint: [-128], axis: 0 }
  const squashed = { name: 'probabilities', shape, type: 'int8' as const, quantization }
  const shaped = { name: 'shaped', shape: [1, 1, ...shape.slice(1)], type: 'int8' as const, quantization }
  const attrs = op === 'softmax' ? { beta: 1 } : {}
  const [p, q] = [graph.tensors.length, graph.tensors.length + 1]
  return {
    ...graph,
    tensors: [...graph.tensors, squashed, shaped],
    nodes: [
      ...graph.nodes,
      { name: 'probabilities', op, attrs, inputs: [logits], outputs: [p] },
      { name: 'shaped', op: 'reshape', attrs: { newShape: shaped.shape }, inputs: [p], outputs: [q] },
    ],
    outputs: [q],
  }
}

/** Output bytes of a graph for the first records, fed as its metadata (or its absence) says. */
function bytesOf(graph: IntGraph): Int8Array {
  const values = new Float32Array(records.length * 12_000)
  for (let i = 0; i < records.length; i++) records.read(i, values, i * 12_000)
  const rows = quantizeInput(graph, values)
  const outputs = Array.from({ length: records.length }, (_, i) => {
    const values = runReference(graph, [rows.subarray(i * 12_000, (i + 1) * 12_000)])
    return [...(values[graph.outputs[0]] as Int8Array)]
  })
  return Int8Array.from(outputs.flat())
}

for (const [op, kind] of [
  ['logistic', 'multi-label'],
  ['softmax', 'single-label'],
] as const) {
  test(`a foreign model that ends in ${op} keeps its own probabilities: no second sigmoid, ties kept`, async () => {
    const graph = foreign(op)
    assert.ok(endsInProbabilities(graph))
    assert.not.ok(endsInProbabilities(readShipped()))
    const path = join(dir, `${op}.tflite`)
    writeFileSync(path, writeTflite(graph))
    const model = await openModel(path, { task: 'ptbxl-superclass' })
    assert.match(model.notes[0], /carries no holter metadata: its inputs are taken as millivolts, not standardized/)
    const predictions = await model.predict({ ...records, kind, targets: oneEach(records.targets) }, quiet)
    const got = probabilities(predictions)
    const bytes = bytesOf(graph)
    for (let row = 0; row < bytes.length; row += 5) {
      const own = Array.from(bytes.subarray(row, row + 5), q => Math.max((q + 128) / 256, 1 / 512))
      const sum = kind === 'single-label' ? own.reduce((a, b) => a + b) : 1
      // Logits are kept in single precision at most: seven digits of a probability.
      own.forEach((p, j) => {
        assert.ok(Math.abs(got[row + j] - p / sum) < 1e-6, `${got[row + j]}, the model says ${p / sum}`)
      })
    }
    const distinct = (values: ArrayLike<number>) => new Set(Array.from(values)).size
    assert.is(distinct(predictions.logits), distinct(bytes), 'equal bytes are equal logits, other bytes others')
  })
}

/** Exactly one label each, as single-label records have it. */
function oneEach(targets: Uint8Array): Uint8Array {
  return targets.map((_, i) => Number(i % 5 === Math.floor(i / 5) % 5))
}

test('a foreign model is refused without a task, and when its sizes are not those of the task', async () => {
  const path = join(dir, 'foreign.tflite')
  writeFileSync(path, writeTflite(foreign('logistic')))
  const refused = async (task: string | undefined, expected: RegExp) => {
    try {
      await openModel(path, { task })
      assert.unreachable()
    } catch (error) {
      assert.match((error as Error).message, expected)
    }
  }
  await refused(undefined, /no "holter" metadata, .* Name the task that it was made for: --task ptbxl-superclass or /)
  await refused('heartbeat', /not made for task heartbeat \(got 1000 × 12 → 5, expected 187 → 5\)/)
  await refused('ptbxl-supreclass', /no such task .* Did you mean ptbxl-superclass/)
})

test('engines give the same logits for the same model', async () => {
  const reference = await (await openModel(shipped, { engine: 'reference' })).predict(records, quiet)
  const names = ['node', ...(wasmtime.missing() ? [] : ['wasmtime'])]
  for (const engine of names) {
    const { logits } = await (await openModel(shipped, { engine })).predict(records, quiet)
    assert.equal(logits, reference.logits, engine)
  }
  if (names.length === 1) skip('holter evaluate', 'wasmtime gives the same logits', wasmtime.missing()!)
})

test('a model that was trained on the validation records is known for it', async () => {
  assert.is((await openModel(join(root, 'models/beat-rr.tflite'), {})).knowsValidation, true)
  assert.is((await openModel(shipped, {})).knowsValidation, false)
})

const evaluate = (...args: string[]) =>
  spawnSync(process.execPath, ['tools/holter.mjs', 'evaluate', ...args], { cwd: root, encoding: 'utf8' })

test('prints JSON with the fields that scripts rely on, compares two models in pairs, and writes the page', () => {
  const data = join(dir, 'ptb-xl')
  const codes = ["{'NORM': 100.0}", "{'IMI': 100.0}", "{'LVH': 100.0}"]
  writePtbXl(
    data,
    Array.from({ length: 14 }, (_, i) => ({ id: 1 + i, patient: i, fold: i < 2 ? 1 : 9, codes: codes[i % 3] })),
  )
  // As models were before they kept a temperature: it is fitted on the records that are scored.
  const graph = readShipped()
  const { temperature: _, ...metadata } = graph.metadata!
  const cold = join(dir, 'without-temperature.tflite')
  writeFileSync(cold, writeTflite({ ...graph, metadata }))
  const page = join(dir, 'page.html')
  const run = evaluate(cold, '--data', data, '--against', shipped, '--json', '--html', page)
  assert.is(run.status, 0, run.stderr)
  const result = JSON.parse(run.stdout)
  const contract = 'model task split engine records classes auc macroAuc macroAucInterval accuracy macroF1 perClass'
  for (const field of contract.split(' ')) assert.ok(field in result, field)
  assert.is(result.records, 12)
  assert.match(result.logitsSha256, /^[0-9a-f]{64}$/)
  assert.equal(result.leftOut, ['CD', 'STTC'])
  assert.is(result.against.difference, 0)
  assert.is(result.against.oppositeShare, 1)
  assert.ok(result.temperature > 0 && result.temperatureFrom === 'these records')
  const text = textOf(readFileSync(page, 'utf8'))
  for (const part of [
    'Worst records',
    'Calibration',
    'Precision and recall',
    'Confusion of each label',
    result.data.sha256,
  ])
    assert.match(text, part)
  assert.match(text, `holter evaluate ${cold} --split validation --against ${shipped}`)
  const test = evaluate(shipped, '--data', data, '--split', 'test')
  assert.match(test.stderr, /the test split holds no labelled record/)
})

test.run()
