import { Argument, Command, Option } from 'commander'
import { writeFile } from '../files.ts'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import type { Evaluated, EvaluateInput } from '../runs/evaluate.ts'
import { terminal } from './context.ts'
import { withDataOptions } from './data-options.ts'
import { json, printJson } from './options.ts'

interface EvaluateOptions extends Omit<EvaluateInput, 'model'> {
  readonly html?: string
  readonly json?: boolean
}

/** `holter evaluate`: the scores of a model on a split. The only command that opens the test split. */
export const evaluate = withDataOptions(
  new Command('evaluate')
    .summary('score a float or int8 model on the validation or test split')
    .description(
      'Scores a model with the thresholds stored in its file. Decisions use uncalibrated probabilities; calibration is shown ' +
        'without and with temperature scaling. Opens the test split only with --split test, which is for final figures. ' +
        'A .tflite file from elsewhere needs --task, which says what it was made for.',
    )
    .addArgument(new Argument('<model>', 'int8 .tflite file, name of a model that ships, or folder of a float model'))
    .option('-t, --task <task>', "name, or a task file (default: the model's own)")
    .addOption(
      new Option('-s, --split <split>', 'records to score on').choices(['validation', 'test']).default('validation'),
    )
    .option('-e, --engine <engine>', 'engine that runs an int8 model: reference, node, wasmtime, … (default: node)')
    .option('-f, --flavour <flavour>', 'flavour of the module (default: the fastest that the engine runs)')
    .option(
      '--dynamic-range',
      'round the weights of a float model to int8 and leave activations real (dynamic-range quantization), for comparison',
    )
    .option('--against <model>', 'second model to compare with, by a paired bootstrap over patients')
    .option(
      '--html <file>',
      'write a page with curves, confusion matrix, calibration and the records with the largest loss',
    ),
)
  .addOption(json())
  .addHelpText('after', '\nExample: holter evaluate gap-cnn --split validation --engine wasmtime')
  .action(async (path: string, options: EvaluateOptions) => {
    const { evaluate, evaluationFigures } = await import('../runs/evaluate.ts')
    const evaluated = await evaluate({ ...options, model: path }, terminal)
    if (options.html) {
      const { evaluationPage } = await import('../runs/evaluation-page.ts')
      writeFile(options.html, await evaluationPage(evaluated, `holter evaluate ${commandLine(path, options)}`))
      console.error(`Written: ${options.html}`)
    }
    if (options.json) return printJson(evaluationFigures(evaluated))
    console.log(await textOf(evaluated))
  })

async function textOf({ opened, split, scored, against, difference, notes }: Evaluated): Promise<string> {
  const { aamiSummary } = await import('../report/aami.ts')
  const { differenceSentence, evaluationSummary } = await import('../report/summaries.ts')
  const { model, evaluation, temperatureFrom, aami } = scored
  const head = `${model.path} on ${model.task.name}, ${split} split, ${model.engine}`
  return [
    opened.synthetic ? `${SYNTHETIC_SENTENCE}\n${head}` : head,
    evaluationSummary(evaluation, temperatureFrom),
    ...(aami ? [aamiSummary(aami)] : []),
    ...(against && difference ? [differenceSentence(model.path, against.model.path, difference)] : []),
    ...notes,
  ].join('\n\n')
}

/** The options that decide about the figures, as one types them. */
function commandLine(path: string, options: EvaluateOptions): string {
  const { task, split, engine, flavour, against, dynamicRange } = options
  const given = Object.entries({ task, split, engine, flavour, against }).filter(([, value]) => value !== undefined)
  const dynamic = dynamicRange ? ['--dynamic-range'] : []
  return [path, ...given.map(([name, value]) => `--${name} ${value}`), ...dynamic].join(' ')
}
