import type { LayerParity } from '../engines/layers.ts'
import type { ParityRow } from '../engines/parity.ts'
import type { Evaluation } from '../metrics/evaluation.ts'
import { count, counted, duration, large, range, score, share, signed, size } from './numbers.ts'
import type { FileRow, ReportData } from './report-data.ts'
import { facts, heading, paint, table } from './terminal.ts'

/** Returns the scores of one model as text: one row per label, in label order, and the means. */
export function evaluationSummary(evaluation: Evaluation): string {
  const { classes, auc, aucInterval, perClass, thresholds, leftOut, macroAuc, macroAucInterval } = evaluation
  const rows = classes.map(label => {
    const { sensitivity, specificity, precision, f1, support } = perClass[label]
    const rates = [sensitivity, specificity, precision, f1, thresholds[label]].map(score)
    return [label, score(auc[label]), range(aucInterval[label]), ...rates, count(support)]
  })
  const means = facts([
    [
      'macro AUC',
      `${score(macroAuc)} (95 % interval ${range(macroAucInterval)}, ${count(evaluation.bootstrap.resamples)} bootstraps of patients)`,
    ],
    ...(leftOut.length
      ? ([['left out', `${leftOut.join(', ')}: no positives or no negatives, so no AUC`]] as const)
      : []),
    ['macro F1', `${score(evaluation.macroF1)}, micro F1 ${score(evaluation.microF1)}`],
    [
      'accuracy',
      `${score(evaluation.accuracy)} per label on average; all labels right in ${share(evaluation.exactMatch, 1)} of the records`,
    ],
    ['records', `${count(evaluation.records)} of ${counted(evaluation.patients, 'patient')}`],
  ])
  return `${table(['label', 'AUC', '95 % interval', 'sens.', 'spec.', 'prec.', 'F1', 'cut at', 'true'], rows)}\n\n${means}`
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
    `${identical.length} of ${ran.length} identical to the reference`,
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
  const { data, float, int8, difference, split, layers, memory, making } = report
  const { train, validation, test } = data.records
  const auc = ({ evaluation }: typeof int8) =>
    `${score(evaluation.macroAuc)} (95 % interval ${range(evaluation.macroAucInterval)})`
  const total = (field: 'macs' | 'weights') => layers.reduce((sum, layer) => sum + layer[field], 0)
  const lines: [string, string][] = [
    [
      'data',
      data.synthetic
        ? `SYNTHETIC, ${data.source}: the scores say nothing about patients`
        : `${data.name}, real, ${data.source}`,
    ],
    ['records', `${count(train)} train, ${count(validation)} validation, ${count(test)} test; scored: ${split}`],
    ...(float ? ([['float macro AUC', auc(float)]] as [string, string][]) : []),
    ['int8 macro AUC', auc(int8)],
    ...(difference
      ? ([
          ['int8 − float', `${signed(difference.difference)} (paired ${difference.interval.map(signed).join(' to ')})`],
        ] as [string, string][])
      : []),
    [
      'network',
      `${report.network}: ${count(total('weights'))} weights, ${large(total('macs'))} MACs, arena ${size(memory.arenaBytes)}`,
    ],
    ['time', making.stages.map(({ name, seconds }) => `${name} ${duration(seconds)}`).join(', ')],
  ]
  return [
    heading(`${report.network} on ${report.task}`),
    facts(lines),
    paritySummary(report.parity),
    fileSummary(report.files),
  ].join('\n\n')
}
