import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { calibration } from '../../src-ts/metrics/calibration.ts'
import { confusion, decide } from '../../src-ts/metrics/confusion.ts'
import { averagePrecision } from '../../src-ts/metrics/precision-recall.ts'
import { column, type PatientPredictions } from '../../src-ts/metrics/predictions.ts'
import { logOdds } from '../../src-ts/metrics/probabilities.ts'
import { macroAuc, rocAuc, rocCurve } from '../../src-ts/metrics/roc.ts'
import { chooseThresholds } from '../../src-ts/metrics/threshold.ts'
import { python, skip } from '../helpers/environment.ts'
import { madeUpBeats, madeUpPredictions } from './predictions.ts'

const test = suite('metrics/scikit-learn')
const name = 'every score equals scikit-learn’s within 1e-12'
const interpreter = python()

// steps = 1 puts most records in ties; a prevalence of .03 makes labels with a handful of positives.
const cases: PatientPredictions[] = [1, 2, 3, 4].flatMap(seed => [
  madeUpPredictions({ seed, records: 468, labels: ['NORM', 'CD', 'MI'], steps: 1 }),
  madeUpPredictions({ seed: seed + 100, records: 200, labels: ['NORM', 'CD'], steps: 1000, prevalence: 0.03 }),
  madeUpPredictions({ seed: seed + 200, records: 50, noise: 4 }),
  madeUpBeats({ seed: seed + 300, records: 600, steps: 1 }),
  madeUpBeats({ seed: seed + 400, records: 300, labels: ['N', 'S', 'V'], steps: 2 ** 20 }),
])

function askScikitLearn(program: string): any[] {
  const rows = (matrix: ArrayLike<number>, width: number) =>
    Array.from({ length: matrix.length / width }, (_, row) =>
      Array.from({ length: width }, (_, j) => matrix[row * width + j]),
    )
  const input = cases.map(predictions => ({
    targets: rows(predictions.targets, predictions.labels.length),
    logits: rows(predictions.logits, predictions.labels.length),
    single: predictions.kind === 'single-label',
    decisions: rows(decide(predictions, chooseThresholds(predictions)), predictions.labels.length),
  }))
  const script = fileURLToPath(new URL('./scikit-learn.py', import.meta.url))
  return JSON.parse(
    execFileSync(program, [script], { input: JSON.stringify(input), maxBuffer: 1 << 28, encoding: 'utf8' }),
  )
}

function ours(
  predictions: PatientPredictions,
): Record<string, number | readonly number[] | readonly (readonly number[])[]> {
  const { labels, targets } = predictions
  const odds = logOdds(predictions)
  const columns = labels.map((_, j) => [column(odds, labels.length, j), column(targets, labels.length, j)] as const)
  const curves = columns.map(([scores, positives]) => rocCurve(scores, positives))
  const {
    perLabel,
    matrix = [],
    ...scores
  } = confusion(decide(predictions, chooseThresholds(predictions)), predictions)
  const each = (field: keyof (typeof perLabel)[string]) => labels.map(label => perLabel[label][field])
  const { brierScore, logLoss } = calibration(predictions)
  return {
    ...scores,
    matrix,
    brierScore,
    logLoss,
    auc: columns.map(([scores, positives]) => rocAuc(scores, positives)),
    macroAuc: macroAuc(predictions).macro,
    averagePrecision: columns.map(([scores, positives]) => averagePrecision(scores, positives)),
    falsePositiveRate: curves.map(curve => [...curve.falsePositiveRate]),
    truePositiveRate: curves.map(curve => [...curve.truePositiveRate]),
    f1: each('f1'),
    precision: each('precision'),
    sensitivity: each('sensitivity'),
    specificity: each('specificity'),
    support: each('support'),
  }
}

if (interpreter)
  test(name, () => {
    const truths = askScikitLearn(interpreter)
    assert.is(truths.length, cases.length)
    truths.forEach((truth, i) => {
      for (const [field, value] of Object.entries(ours(cases[i]))) {
        const [got, expected] = [[value].flat(2), [truth[field]].flat(2)]
        assert.is(got.length, expected.length, field)
        got.forEach((number, k) => {
          assert.ok(
            Math.abs(number - expected[k]) <= 1e-12,
            `case ${i}, ${field}[${k}]: ${number}, scikit-learn ${expected[k]}`,
          )
        })
      }
    })
  })
else skip('metrics/scikit-learn', name, 'no Python environment with scikit-learn (npm run setup makes it)')

test.run()
