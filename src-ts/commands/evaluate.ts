import { Argument, Command, Option } from 'commander'
import type { Dataset, Opened, SplitName } from '../ecg/datasets/dataset.ts'
import { sha256, writeFile } from '../files.ts'
import { type AamiTables, aamiTables } from '../metrics/aami.ts'
import { type Evaluation, evaluate as scorePredictions } from '../metrics/evaluation.ts'
import type { PatientPredictions } from '../metrics/predictions.ts'
import { type ScoreDifference, scoreDifference } from '../metrics/score-difference.ts'
import { fitTemperature } from '../metrics/temperature.ts'
import { aamiSummary } from '../report/aami.ts'
import { progress } from '../report/progress.ts'
import { differenceSentence, evaluationSummary } from '../report/summaries.ts'
import { dataOption, openFor, SYNTHETIC_SENTENCE, skipMissingOption } from './data-options.ts'
import { evaluationReport } from './evaluation-report.ts'
import { type OpenedModel, openModel, rememberedNote } from './open-model.ts'
import { json, printJson } from './options.ts'

interface EvaluateOptions {
  task?: string
  split: SplitName
  engine?: string
  flavour?: string
  against?: string
  data?: string
  skipMissing?: boolean
  html?: string
  json?: boolean
}

/** A model with what it said of the records, and what that is worth. */
export interface Scored {
  readonly model: OpenedModel
  readonly predictions: PatientPredictions
  readonly evaluation: Evaluation
  /** Of beats that were cut out of recordings. */
  readonly aami?: AamiTables
  /** Whether the temperature came with the model, or was fitted on the validation records that are scored. */
  readonly temperatureFrom?: 'model' | 'these records'
}

/** `holter evaluate`: the scores of a model on a split. The only command that opens the test split. */
export const evaluate = new Command('evaluate')
  .summary('score a float or int8 model on the validation or test split')
  .description(
    'Scores a model with the thresholds that its file carries, on the probabilities of its logits as they are; calibration is ' +
      'shown before and after its temperature. Opens the test split only with --split test: for final figures. ' +
      'A .tflite file from elsewhere is scored when --task says what it was made for.',
  )
  .addArgument(new Argument('<model>', 'int8 .tflite file, or folder of a float model'))
  .option('-t, --task <task>', "default: the model's own")
  .addOption(
    new Option('-s, --split <split>', 'records to score on').choices(['validation', 'test']).default('validation'),
  )
  .option('-e, --engine <engine>', 'what runs an int8 model: reference, node, wasmtime, … (default: node)')
  .option('-f, --flavour <flavour>', 'flavour of the module')
  .option('--against <model>', 'a second model: how much better the first is on the same resamples of patients')
  .option('--html <file>', 'write a page with curves, confusion, calibration and the records with the largest loss')
  .addOption(dataOption())
  .addOption(skipMissingOption())
  .addOption(json())
  .addHelpText('after', '\nExample: holter evaluate models/gap-cnn.tflite --split validation --engine wasmtime')
  .action(async (path: string, options: EvaluateOptions) => {
    const model = await openModel(path, options)
    const base = options.against ? await openModel(options.against, { task: model.task.name }) : undefined
    const started = performance.now()
    const { opened } = await openFor(model.task, [options.split], options)
    const dataset = opened.splits[options.split]!
    const read = performance.now()
    const scored = await score(model, dataset)
    const against = base && (await score(base, dataset))
    const difference = against && scoreDifference(against.predictions, scored.predictions)
    const models = base ? [model, base] : [model]
    const notes = [...(opened.notes ?? []), ...models.flatMap(each => notesOf(each, options.split))]
    if (options.html) {
      const seconds = (from: number, to: number) => Math.round((to - from) / 100) / 10
      const stages = [
        { name: 'read', seconds: seconds(started, read) },
        { name: 'score', seconds: seconds(read, performance.now()) },
      ]
      const command = `holter evaluate ${commandLine(path, options)}`
      const what = { opened, split: options.split, scored, against, difference, notes, command, stages }
      // Loaded here: the charts' library would slow every command's start.
      const { renderReport } = await import('../report/render-report.ts')
      writeFile(options.html, await renderReport(evaluationReport(what)))
      console.error(`Written: ${options.html}`)
    }
    if (options.json)
      return printJson(jsonOf(scored, opened, options.split, notes, difference && { against, difference }))
    if (opened.synthetic) console.log(SYNTHETIC_SENTENCE)
    console.log(`${path} on ${model.task.name}, ${options.split} split, ${model.engine}\n`)
    console.log(evaluationSummary(scored.evaluation, scored.temperatureFrom))
    if (scored.aami) console.log(`\n${aamiSummary(scored.aami)}`)
    if (difference) console.log(`\n${differenceSentence(path, base!.path, difference)}`)
    for (const note of notes) console.log(`\n${note}`)
  })

/** The options that decide about the figures, as one types them. */
function commandLine(path: string, options: EvaluateOptions): string {
  const { task, split, engine, flavour, against } = options
  const given = Object.entries({ task, split, engine, flavour, against }).filter(([, value]) => value !== undefined)
  return [path, ...given.map(([name, value]) => `--${name} ${value}`)].join(' ')
}

async function score(model: OpenedModel, dataset: Dataset): Promise<Scored> {
  const bar = progress({ title: `score ${model.precision}`, unit: 'records' })
  const predictions = await model.predict(dataset, (done, total) => bar.update(done, { total }))
  bar.stop()
  const { thresholds, temperature: own } = model.fitted
  const fits = dataset.split === 'validation' && !model.knowsValidation
  const temperature = own ?? (fits ? fitTemperature(predictions) : undefined)
  return {
    model,
    predictions,
    evaluation: scorePredictions(predictions, thresholds, { temperature }),
    aami: aamiTables(predictions, dataset.records),
    ...(temperature !== undefined && { temperatureFrom: own === undefined ? 'these records' : 'model' }),
  }
}

function notesOf({ path, notes, knowsValidation }: OpenedModel, split: SplitName): readonly string[] {
  if (!(knowsValidation && split === 'validation')) return notes
  return [...notes, rememberedNote(path)]
}

function jsonOf(
  { model, predictions, evaluation, aami, temperatureFrom }: Scored,
  { name, synthetic, hash }: Opened,
  split: SplitName,
  notes: readonly string[],
  compared?: { against: Scored; difference: ScoreDifference },
) {
  const { path, task, engine } = model
  return {
    model: path,
    task: task.name,
    split,
    engine,
    data: { name, synthetic, sha256: hash },
    notes,
    // Of all logits as doubles: engines that agree on it agree on every byte of every record.
    logitsSha256: sha256(new Uint8Array(Float64Array.from(predictions.logits).buffer)),
    ...evaluation,
    aami,
    temperatureFrom,
    ...(compared && {
      against: { model: compared.against.model.path, engine: compared.against.model.engine, ...compared.difference },
    }),
  }
}
