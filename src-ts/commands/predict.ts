import { Argument, Command, Option } from 'commander'
import { count, counted, duration } from '../report/numbers.ts'
import { facts, table } from '../report/terminal.ts'
import type { Answer, Predicted, PredictedRecord, PredictInput } from '../runs/predict.ts'
import { inTerminal, interrupted } from './context.ts'
import { withReadingOptions } from './data-options.ts'
import { json, noChecksum, printJson } from './options.ts'

interface PredictOptions extends Omit<PredictInput, 'model' | 'records'> {
  readonly json?: boolean
}

/** `holter predict`: what a model finds in recordings. */
export const predict = withReadingOptions(
  new Command('predict')
    .summary('say what a model finds in recordings')
    .description(
      'Classifies recordings (WFDB, EDF, CSV, .npy): every stretch of the length that the model takes or, by a model of beats, every beat. ' +
        'Shows probabilities (with the temperature of the model), the labels above their thresholds (where none is, the most probable of several), and the quality of the signal; a poor ' +
        'one is reported as not classifiable, with the reason. The answers are those that holter evaluate scores. Not a medical device. ' +
        'The test fold of PTB-XL stays closed. Exits with 1 if a recording cannot be read.',
    )
    .addArgument(new Argument('<model>', 'int8 .tflite file, name of a model that ships, or folder of a float model'))
    .addArgument(
      new Argument(
        '<records...>',
        'WFDB records, with or without .hea, files of other formats, or folders of them; PNGs of holter plot --image for networks of drawings',
      ),
    )
    .option('-t, --task <task>', "name, or a task file (default: the model's own)")
    .option('-e, --engine <engine>', 'engine that runs an int8 model: reference, node, wasmtime, … (default: node)')
    .option('-f, --flavour <flavour>', 'flavour of the module (default: the fastest that the engine runs)'),
)
  .addOption(
    new Option(
      '--peaks <source>',
      'where R peaks come from, for models of beats (default: annotations, else the detector)',
    ).choices(['annotations', 'detector']),
  )
  .addOption(noChecksum())
  .addOption(json())
  .addHelpText(
    'after',
    '\nExamples: holter predict ecg-tiny ptb-xl/records100/00000/*.hea\n          holter predict beat-rr mitdb/208 --json\n          holter predict models/vit-drawn.tflite drawing.png',
  )
  .action(async (model: string, records: string[], options: PredictOptions) => {
    const { predict } = await import('../runs/predict.ts')
    const predicted = await inTerminal(context => predict({ ...options, model, records }, context))
    if (!predicted) return interrupted()
    const failed = predicted.records.flatMap(({ error }) => error ?? [])
    if (options.json) printJson(predicted)
    else if (failed.length < records.length) console.log(textOf(predicted))
    for (const error of failed) console.error(error)
    if (failed.length > 0) process.exitCode = 1
  })

function textOf(predicted: Predicted): string {
  const { of, notes, temperature, thresholds } = predicted
  const read = predicted.records.filter(({ error }) => error === undefined)
  const scale = temperature === undefined ? 'as the network gives them' : `at temperature ${temperature.toFixed(2)}`
  return [
    of === 'beats' ? beatTable(predicted, read) : stretchTable(predicted, read),
    facts([
      ['probabilities', scale],
      ...(thresholds
        ? [
            [
              'thresholds',
              Object.entries(thresholds)
                .map(([label, x]) => `${label} ${x.toFixed(2)}`)
                .join(', '),
            ] as const,
          ]
        : []),
      ['speed', speedSentence(predicted)],
      ...notes.map(note => ['note', note] as const),
    ]),
  ].join('\n\n')
}

/** A row for each stretch. */
function stretchTable({ labels }: Predicted, read: readonly PredictedRecord[]): string {
  const short = withoutCommonFolder(read)
  const rows = read.flatMap(({ record, answers }) =>
    answers.map(({ seconds, called, probabilities, reason, judged, remarks }) => [
      short(record),
      seconds.toFixed(seconds % 1 ? 1 : 0),
      called ? called.join(' ') || 'none' : 'not classifiable',
      ...labels.map(label => probabilities?.[label].toFixed(2) ?? '–'),
      judged === false
        ? 'not judged: a drawing'
        : (reason ?? (remarks.map(({ lead, kind }) => `${lead} ${kind}`).join(', ') || 'good')),
    ]),
  )
  return table(['record', 'from s', 'found', ...labels, 'quality'], rows, process.stdout.columns)
}

/** A row for each recording, with the number of beats of each class. */
function beatTable({ labels }: Predicted, read: readonly PredictedRecord[]): string {
  const short = withoutCommonFolder(read)
  const rows = read.map(({ record, answers, peaksFrom = '' }) => {
    const unclear = answers.filter(({ classifiable }) => !classifiable)
    const beats = (label: string) => answers.filter(({ called }) => called?.includes(label)).length
    return [
      short(record),
      count(answers.length),
      ...labels.map(label => count(beats(label))),
      count(unclear.length),
      peaksFrom,
      unclear.length > 0 ? `not classifiable: ${mostFrequent(unclear)}` : 'good',
    ]
  })
  return table(['record', 'beats', ...labels, 'unclear', 'R peaks', 'quality'], rows, process.stdout.columns)
}

/** Returns what tells recordings apart of their paths: rows have no room for more. */
function withoutCommonFolder(read: readonly PredictedRecord[]): (record: string) => string {
  const folders = read.map(({ record }) => record.split('/').slice(0, -1))
  const [first = []] = folders
  const differs = first.findIndex((part, i) => folders.some(folder => folder[i] !== part))
  const common = differs < 0 ? first.length : differs
  return record => record.split('/').slice(common).join('/')
}

/** The reason that most beats have, and how many other reasons there are. */
function mostFrequent(unclear: readonly Answer[]): string {
  const counts = new Map<string, number>()
  for (const { reason = '' } of unclear) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const [[reason], ...others] = [...counts].sort(([, a], [, b]) => b - a)
  return others.length > 0 ? `${reason}, and ${counted(others.length, 'other reason')}` : reason
}

function speedSentence({ of, engine, speed: { answers, seconds, engineSeconds, loadSeconds } }: Predicted): string {
  const unit = of === 'beats' ? 'beat' : 'record'
  const rate = answers > 0 ? `, ${count(answers / seconds)} a second with reading` : ''
  const own =
    engineSeconds === undefined || answers === 0
      ? ''
      : `; the engine itself (${engine}) took ${((1e6 * engineSeconds) / answers).toFixed(0)} µs a ${unit}`
  return `${counted(answers, unit)} in ${duration(seconds)}${rate}${own}; loading the model took ${duration(loadSeconds)}`
}
