import { join, parse } from 'node:path'
import { Command, Option } from 'commander'
import { writeFile } from '../files.ts'
import type { Adc } from '../ir/input-map.ts'
import { writeNpy } from '../npy.ts'
import { adc, json, modelArgument, printJson } from './options.ts'

interface RunOptions {
  engine: string
  flavour?: string
  input: string[]
  output: string
  adc?: Adc
  real?: boolean
  json?: boolean
}

/** `holter run`: a model on an array, by one engine. */
export const run = new Command('run')
  .summary('run a model on a .npy array')
  .description(
    'Runs an int8 or 16×8 .tflite model on a .npy array and writes its outputs as .npy, as the network gives them. ' +
      'For a model with several inputs give --input once for each, in the order of the file (holter inspect shows it). ' +
      'The first of several outputs goes to --output FILE.npy, the others to FILE.1.npy, FILE.2.npy, ….',
  )
  .addArgument(modelArgument())
  .option('-e, --engine <engine>', 'reference, node, wasmtime, …', 'node')
  .option(
    '-f, --flavour <flavour>',
    'flavour of the module: scalar, simd, … (default: the fastest that the engine runs)',
  )
  .requiredOption(
    '-i, --input <file>',
    'int8 (int16) rows as they are, or float rows in millivolts; shape (n, …). Repeat the option for further inputs',
    (file: string, before: string[] = []) => [...before, file],
  )
  .requiredOption('-o, --output <file>', '.npy file to write')
  .addOption(
    new Option(
      '--adc <gain,baseline>',
      'integers of the first input are counts of a converter: counts per millivolt, and the count of 0 mV',
    ).argParser(adc),
  )
  .addOption(new Option('--real', 'write real values as float32 instead of int8 or int16'))
  .addOption(json())
  .addHelpText('after', '\nExample: holter run gap-cnn --engine wasmtime --input x.npy --output y.npy')
  .action(async (model: string, { input, output, json, ...options }: RunOptions) => {
    const { run } = await import('../runs/run.ts')
    const { formName } = await import('../engines/form.ts')
    const { outputs, count, engine, form } = await run({ ...options, model, inputs: input })
    const files = outputs.map((_, which) => outputFile(output, which))
    for (const [which, file] of files.entries()) writeFile(file, writeNpy(outputs[which]))
    if (json) return printJson({ engine: engine.name, flavour: formName(form), rows: count, files })
    console.error(`${count} rows by ${engine.name} ${formName(form)}: ${files.join(', ')}`)
  })

/** y.npy for the first output, y.1.npy for the second, …. */
function outputFile(path: string, which: number): string {
  const { dir, name, ext } = parse(path)
  return which === 0 ? path : join(dir, `${name}.${which}${ext}`)
}
