import type { LayerParity } from '../engines/layers.ts'
import type { ParityRow } from '../engines/parity.ts'
import type { Interval } from '../metrics/bootstrap.ts'
import type { Calibration } from '../metrics/calibration.ts'
import type { Evaluation } from '../metrics/evaluation.ts'
import type { ScoreDifference } from '../metrics/score-difference.ts'
import { count, counted, duration, large, range, score, share, signed, size } from './numbers.ts'
import type { FileRow, ReportData, ScoredModel } from './report-data.ts'
import { facts, heading, paint, table } from './terminal.ts'

/** Returns the scores of one model as text: one row per label, in label order, then the means; how labels are decided is said. */
export function evaluationSummary(evaluation: Evaluation, temperatureFrom?: string): string {
  const { kind, classes, auc, aucInterval, perClass, thresholds, confusionMatrix } = evaluation
  const single = kind === 'single-label'
  const heads = [
    'label',
    'AUC',
    '95 % interval',
    'sens.',
    'spec.',
    'prec.',
    'F1',
    ...(single ? [] : ['cut at']),
    'true',
  ]
  const rows = classes.map(label => {
    const { sensitivity, specificity, precision, f1, support } = perClass[label]
    const rates = [sensitivity, specificity, precision, f1, ...(single ? [] : [thresholds[label]])].map(score)
    return [label, score(auc[label]), range(aucInterval[label]), ...rates, count(support)]
  })
  const matrix =
    confusionMatrix &&
    table(
      ['true \\ called', ...classes],
      confusionMatrix.map((row, j) => [classes[j], ...row.map(count)]),
    )
  return [
    table(heads, rows),
    ...(matrix ? [matrix] : []),
    facts([...meansOf(evaluation), ...calibrationOf(evaluation, temperatureFrom)]),
  ].join('\n\n')
}

function meansOf(evaluation: Evaluation): [string, string][] {
  const { kind, leftOut, macroAuc, macroAucInterval, macroF1, macroF1Interval, microF1, weightedF1 } = evaluation
  const { accuracy, accuracyInterval, balancedAccuracy, exactMatch, records, patients, bootstrap } = evaluation
  const interval = (of: Interval) => `95 % interval ${range(of)}`
  const right =
    kind === 'single-label'
      ? 'of the records are right'
      : `per label on average; all labels right in ${share(exactMatch, 1)} of the records`
  return [
    [
      'macro AUC',
      `${score(macroAuc)} (${interval(macroAucInterval)}, ${count(bootstrap.resamples)} bootstraps of patients)`,
    ],
    ...(leftOut.length
      ? [['left out', `${leftOut.join(', ')}: no positives or no negatives, so no AUC`] as [string, string]]
      : []),
    [
      'macro F1',
      `${score(macroF1)} (${interval(macroF1Interval)}), micro ${score(microF1)}, weighted ${score(weightedF1)}`,
    ],
    ['accuracy', `${score(accuracy)} (${interval(accuracyInterval)}) ${right}; balanced ${score(balancedAccuracy)}`],
    ['records', `${count(records)} of ${counted(patients, 'patient')}`],
  ]
}

function calibrationOf({ calibration, calibrated, temperature }: Evaluation, from?: string): [string, string][] {
  const numbers = ({ expectedCalibrationError, brierScore, logLoss }: Calibration) =>
    `error ${score(expectedCalibrationError)}, Brier ${score(brierScore)}, log loss ${score(logLoss)}`
  const fitted = from === 'model' ? 'from the model, fitted on the validation fold' : 'fitted on these records'
  return [
    ['calibration', numbers(calibration)],
    ...(calibrated && temperature !== undefined
      ? [['', `${numbers(calibrated)} at temperature ${score(temperature)}, ${fitted}`] as [string, string]]
      : []),
  ]
}

/** Returns how a model's selection score compares with another's on the same records: one sentence. */
export function differenceSentence(model: string, base: string, difference: ScoreDifference): string {
  const { title, base: before, other, difference: by, interval, oppositeShare } = difference
  const opposite = Number.isNaN(oppositeShare)
    ? ''
    : `, zero or of the other sign in ${share(oppositeShare, 1)} of the resamples`
  return (
    `${title} of ${model} ${score(other)}, of ${base} ${score(before)}: ${signed(by)} ` +
    `(paired 95 % interval ${interval.map(signed).join(' to ')}${opposite}).`
  )
}

/** Returns what each engine's comparison with the reference gave, the first differing byte of those that differ, and the sum. */
export function paritySummary(parity: readonly ParityRow[]): string {
  const rows = parity.map(({ engine, flavour, outputs, differing, skipped }) => {
    const result = differing ? paint('red', 'differs') : paint('green', 'identical')
    return skipped === undefined
      ? [engine, flavour, count(outputs), count(differing), result]
      : [engine, flavour, '–', '–', `not run: ${skipped}`]
  })
  const ran = parity.filter(({ skipped }) => skipped === undefined)
  const identical = ran.filter(({ differing }) => differing === 0)
  const firsts = parity.flatMap(({ engine, flavour, first }) =>
    first ? [`${engine} ${flavour}, first difference: ${first}`] : [],
  )
  return [
    table(['engine', 'flavour', 'output bytes', 'differing', 'result'], rows),
    ...firsts,
    `${identical.length} of ${counted(ran.length, 'run')} (an engine in a flavour) identical to the reference`,
  ].join('\n')
}

/** Returns what each engine's intermediate tensors are beside the reference's, and the first node that differs. */
export function layerParitySummary(rows: readonly LayerParity[]): string {
  const cells = rows.map(({ engine, flavour, nodes, differing }) => {
    const result = differing ? paint('red', 'differs') : paint('green', 'identical')
    return [engine, flavour, count(nodes), count(differing), result]
  })
  const firsts = rows.flatMap(({ engine, flavour, first }) =>
    first
      ? [
          `${engine} ${flavour}, first node that differs: ${first.step} ${first.op} "${first.node}", ` +
            `input ${first.input} [${first.byte}]: got ${first.got}, expected ${first.expected}`,
        ]
      : [],
  )
  return [table(['engine', 'flavour', 'nodes', 'differing', 'result'], cells), ...firsts].join('\n')
}

/** Returns files with their sizes. */
export function fileSummary(files: readonly FileRow[]): string {
  return table(
    ['file', 'bytes', 'what it is'],
    files.map(({ name, bytes, purpose }) => [name, count(bytes), purpose]),
  )
}

/** Returns the end of `holter demo`: data, scores of both models, parity, files. */
export function demoSummary(report: ReportData): string {
  const { data, base, model, difference, split, layers = [], memory, making, parity = [], files = [] } = report
  const { train, validation, test } = data.records
  const scored = ({ name, evaluation }: ScoredModel): [string, string][] => {
    const { kind, macroAuc, macroAucInterval, macroF1, macroF1Interval, accuracy, accuracyInterval } = evaluation
    const line = (title: string, value: number, interval: Interval): [string, string] => [
      `${name} ${title}`,
      `${score(value)} (95 % interval ${range(interval)})`,
    ]
    if (kind === 'multi-label') return [line('macro AUC', macroAuc, macroAucInterval)]
    return [line('accuracy', accuracy, accuracyInterval), line('macro F1', macroF1, macroF1Interval)]
  }
  const total = (field: 'macs' | 'weights') => layers.reduce((sum, layer) => sum + layer[field], 0)
  const lines: [string, string][] = [
    [
      'data',
      data.synthetic
        ? `SYNTHETIC, ${data.source}: the scores say nothing about patients`
        : `${data.name}, real, ${data.source}`,
    ],
    ['records', `${count(train)} train, ${count(validation)} validation, ${count(test)} test; scored: ${split}`],
    ...(base ? scored(base) : []),
    ...scored(model),
    ...(difference
      ? ([
          [
            `${model.name} − ${base?.name}`,
            `${signed(difference.difference)} (paired ${difference.interval.map(signed).join(' to ')})`,
          ],
        ] as [string, string][])
      : []),
    [
      'network',
      `${report.network}: ${count(total('weights'))} weights, ${large(total('macs'))} MACs, arena ${size(memory?.arenaBytes ?? 0)}`,
    ],
    ['time', making.stages.map(({ name, seconds }) => `${name} ${duration(seconds)}`).join(', ')],
  ]
  return [heading(`${report.network} on ${report.task}`), facts(lines), paritySummary(parity), fileSummary(files)].join(
    '\n\n',
  )
}
