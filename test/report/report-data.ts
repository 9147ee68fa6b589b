import type { Dataset } from '../../src-ts/ecg/datasets/dataset.ts'
import { aamiTables } from '../../src-ts/metrics/aami.ts'
import { evaluate } from '../../src-ts/metrics/evaluation.ts'
import type { PatientPredictions } from '../../src-ts/metrics/predictions.ts'
import { probabilities } from '../../src-ts/metrics/probabilities.ts'
import { rocCurves } from '../../src-ts/metrics/roc.ts'
import { scoreDifference } from '../../src-ts/metrics/score-difference.ts'
import { spreadOfScores } from '../../src-ts/metrics/spread.ts'
import { chooseThresholds } from '../../src-ts/metrics/threshold.ts'
import { random } from '../../src-ts/random.ts'
import type { FoldsReport } from '../../src-ts/report/render-folds.ts'
import type { ExampleRecord, LayerRow, ReportData } from '../../src-ts/report/report-data.ts'
import { dataSummary, scoredModel, worstRecords } from '../../src-ts/report/scored-model.ts'
import { madeUpBeats, madeUpPredictions } from '../metrics/predictions.ts'

/** Not in the order of the alphabet, so that a mix-up of orders shows. */
export const LABELS = ['NORM', 'STTC', 'CD', 'HYP', 'MI']
const LEADS = ['I', 'II', 'III', 'AVR', 'AVL', 'AVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6']

/** Returns a report with every part filled; the numbers are made up, the scores computed from made-up logits. */
export function fullReport(options: { labels?: readonly string[]; exampleIds?: readonly string[] } = {}): ReportData {
  const { labels = LABELS, exampleIds = ['9055', '9121'] } = options
  const before = madeUpPredictions({ seed: 1, records: 468, labels, steps: 2 ** 20 })
  const { normal } = random(2)
  const after = { ...before, logits: before.logits.map(logit => Math.round((logit + 0.05 * normal()) * 16) / 16) }
  const thresholds = chooseThresholds(before)
  const scored = (name: string, predictions: PatientPredictions) =>
    scoredModel(name, predictions, thresholds, { temperature: 1.2 })
  return {
    network: 'gap-cnn',
    task: 'ptbxl-superclass',
    lead: 'Made up for a test.',
    labels,
    data: {
      name: 'synthetic',
      synthetic: true,
      source: 'seed 7',
      records: { train: 3306, validation: 468, test: 252 },
      folds: [412, 414, 409, 415, 413, 416, 411, 416, 468, 252],
      dropped: { 'no superclass': 64, 'missing file': 0 },
      hash: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
      leads: LEADS,
      sampleRateHz: 100,
      samples: 1000,
      unit: 'mV',
      opened: [
        { split: 'train', patients: 2905, positives: Object.fromEntries(labels.map((l, j) => [l, 1645 - 300 * j])) },
        { split: 'validation', patients: 271, positives: Object.fromEntries(labels.map((l, j) => [l, 225 - 40 * j])) },
      ],
    },
    training: {
      epochs: Array.from({ length: 15 }, (_, i) => ({
        epoch: i + 1,
        phase: i < 12 ? 'train' : 'prune',
        loss: 0.28 + 0.35 * Math.exp(-i / 3) + 0.01 * Math.sin(5 * i),
        score: 0.92 - 0.2 * Math.exp(-i / 2) + 0.004 * Math.sin(7 * i),
      })),
      bestEpoch: 14,
      parameters: 73637,
      seconds: 152,
    },
    split: 'validation',
    model: { ...scored('int8', after), temperatureFrom: 'model' },
    base: scored('float', before),
    difference: scoreDifference(before, after),
    examplesAre: 'first',
    examples: exampleIds.map((id, i) => example(id, i, labels, before, after)),
    layers: layers(),
    memory: { arenaBytes: 28128, arenaLowerBoundBytes: 28000, constantBytes: 78112 },
    parity: [
      { engine: 'node', flavour: 'scalar', outputs: 1280, differing: 0 },
      { engine: 'node', flavour: 'simd', outputs: 1280, differing: 0 },
      {
        engine: 'wasmtime',
        flavour: 'simd-aot',
        outputs: 1280,
        differing: 3,
        first: 'row 4, byte 2: 17 instead of 16',
      },
      {
        engine: 'wasm3',
        flavour: 'scalar',
        outputs: 0,
        differing: 0,
        skipped: 'wasm3 is not installed; npm run setup builds it',
      },
    ],
    times: [
      { engine: 'node', flavour: 'simd', medianNs: 78_300, minNs: 75_100, timesTfliteMicro: 27.5 },
      { engine: 'wasmtime', flavour: 'simd-aot', medianNs: 9_310, minNs: 9_200, timesTfliteMicro: 231 },
      { engine: 'tflite-micro', flavour: 'tflm', medianNs: 2_150_000, minNs: 2_000_000, timesTfliteMicro: 1 },
    ],
    files: [
      { name: 'model.tflite', bytes: 84264, purpose: 'the int8 network with its metadata' },
      { name: 'model.simd.wasm', bytes: 91234, purpose: 'module with simd128' },
      { name: 'model.h', bytes: 3120, purpose: 'C interface' },
    ],
    making: {
      command: 'holter demo --seed 7',
      seed: 7,
      stages: [
        { name: 'data', seconds: 3.2 },
        { name: 'train', seconds: 152 },
        { name: 'compile', seconds: 2.4 },
      ],
      versions: { holter: '0.1.0', node: '20.20.2', assemblyscript: '0.28.20' },
      hashes: { 'model.tflite': 'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce' },
    },
    sources: [{ name: 'Synthetic records', licence: 'Apache-2.0', citation: 'Made by the generator of Holter.' }],
  }
}

/** Returns the page of an evaluation of beats: one label each, relative units, nothing built, the worst records, a note of the data. */
export function beatReport(): ReportData {
  const { training, base, difference, layers, memory, parity, times, files, ...rest } = fullReport()
  const labels = ['N', 'S', 'V', 'F']
  const predictions = madeUpBeats({ seed: 3, records: 600, labels })
  const length = 40
  const signal = (index: number) =>
    Float32Array.from({ length: length * 2 }, (_, i) => Math.sin((index + 1 + (i % 2)) * 0.1 * Math.floor(i / 2)))
  const dataset: Dataset = {
    name: 'mit-bih',
    synthetic: false,
    split: 'validation',
    kind: 'single-label',
    length: 600,
    samples: length,
    sampleRateHz: 120,
    leads: ['MLII', 'V1'],
    labels,
    targets: predictions.targets,
    records: predictions.patients.map((patient, i) => ({
      id: `201/${i}`,
      patient,
      fold: 9,
      from: { recording: patient, seconds: 2 * i },
    })),
    read: (index, out, at) => out.set(signal(index), at),
  }
  const half = labels.map(() => 0.5)
  const counts = { train: 1000, validation: 600, test: 500 }
  const opened = { name: 'mit-bih', synthetic: false, source: 'a folder', records: counts, dropped: {}, hash: 'ab' }
  const notes = ['201 and 202 are one person.']
  const data = { ...dataSummary({ ...opened, splits: { validation: dataset } }, { unit: 'relative' }), notes }
  return {
    ...rest,
    network: 'models/beats.tflite',
    task: 'mitbih-aami',
    labels,
    data,
    model: { ...scoredModel('int8', predictions, half, { temperature: 1.5 }), temperatureFrom: 'these records' },
    aami: aamiTables(predictions, dataset.records),
    examples: worstRecords({ dataset, unit: 'relative', thresholds: half, model: predictions }, 4),
    examplesAre: 'worst',
    making: { command: 'holter evaluate models/beats.tflite', stages: [], versions: {}, hashes: {} },
  }
}

/** Returns the page's data of a cross-validation with three folds. */
export function foldsReport(): FoldsReport {
  const folds = [1, 2, 3].map(seed => madeUpPredictions({ seed, records: 300, labels: LABELS, steps: 2 ** 20 }))
  const thresholds = LABELS.map(() => 0.5)
  const evaluations = folds.map(predictions => evaluate(predictions, thresholds))
  const roc = folds.map(rocCurves)
  const { auc, aucInterval, macroAuc, macroAucInterval, records, patients } = evaluations[0]
  const againstFloat = scoreDifference(folds[0], folds[0], { resamples: 10 })
  const int8 = { auc, aucInterval, macroAuc, macroAucInterval, bytes: [39_344, 39_344, 39_344], againstFloat }
  return {
    network: 'ecg-tiny',
    task: 'ptbxl-superclass',
    stratified: true,
    seed: 1,
    command: 'holter cross-validate ecg-tiny --task ptbxl-superclass --folds 3 --seed 1 --stratified --threads 1',
    data: { name: 'synthetic', synthetic: true, sha256: 'ab'.repeat(32), notes: [] },
    groups: 'patient',
    scores: spreadOfScores(evaluations),
    outOfFold: { records, patients, auc, aucInterval, macroAuc, macroAucInterval, int8 },
    against: { folds: 'build/ecg-tiny-pruned', ...againstFloat },
    roc: roc[0],
    folds: roc,
  }
}

function example(
  id: string,
  index: number,
  labels: readonly string[],
  float: PatientPredictions,
  int8: PatientPredictions,
): ExampleRecord {
  const row = <T extends ArrayLike<number>>(matrix: T) => labels.map((_, j) => matrix[index * labels.length + j])
  const [ofFloat, ofInt8] = [row(probabilities(float)), row(probabilities(int8))]
  const targets = row(float.targets)
  return {
    id,
    fold: 9,
    signal: heartbeats(index),
    unit: 'mV',
    leads: LEADS,
    sampleRateHz: 100,
    called: labels.slice(0, 2),
    truth: labels.filter((_, j) => targets[j]),
    base: Object.fromEntries(labels.map((label, j) => [label, ofFloat[j]])),
    model: Object.fromEntries(labels.map((label, j) => [label, ofInt8[j]])),
  }
}

/** Ten seconds of something like an ECG: three bumps a beat, another height in every lead, a gap in the last one. */
function heartbeats(seed: number): Float32Array {
  const { normal } = random(seed)
  const bump = (t: number, at: number, width: number) => Math.exp(-(((t - at) / width) ** 2))
  return Float32Array.from({ length: 1000 * LEADS.length }, (_, i) => {
    const lead = i % LEADS.length
    const t = Math.floor(i / LEADS.length)
    const phase = (t / 100) % 0.82
    const beat =
      0.15 * bump(phase, 0.15, 0.03) +
      bump(phase, 0.3, 0.015) -
      0.25 * bump(phase, 0.335, 0.012) +
      0.3 * bump(phase, 0.55, 0.05)
    if (lead === 11 && t > 850 && t < 870) return Number.NaN
    return (1.3 - 0.2 * lead) * beat + 0.1 * lead + 0.01 * normal()
  })
}

function layers(): LayerRow[] {
  const shapes: [string, string, number[], number, number][] = [
    ['conv1', 'conv2d', [1, 1, 500, 32], 1344000, 2720],
    ['conv2', 'conv2d', [1, 1, 250, 48], 1920000, 7728],
    ['conv3', 'conv2d', [1, 1, 125, 64], 1920000, 15424],
    ['conv4', 'conv2d', [1, 1, 63, 96], 1161216, 18528],
    ['conv5', 'conv2d', [1, 1, 32, 96], 884736, 27744],
    ['pool', 'mean', [1, 96], 3072, 0],
    ['logits', 'fullyConnected', [1, 5], 480, 485],
  ]
  let inputBytes = 12000
  return shapes.map(([name, op, outputShape, macs, weights]) => {
    const outputBytes = outputShape.reduce((a, b) => a * b, 1)
    const liveBytes = inputBytes + outputBytes
    inputBytes = outputBytes
    return { name, op, outputShape, macs, weights, nonZeroWeights: Math.round(weights * 0.7), outputBytes, liveBytes }
  })
}
