import { join, parse } from 'node:path'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { engineFor } from '../engines/choose.ts'
import { formName } from '../engines/form.ts'
import { allInputRows } from '../engines/input.ts'
import { loadModel } from '../engines/model.ts'
import { runOnce } from '../engines/session.ts'
import { readFile, writeFile } from '../files.ts'
import { fromBytes, type IntGraph, tensorBytes } from '../ir/graph.ts'
import type { Adc } from '../ir/input-map.ts'
import { type Npy, readNpy, writeNpy } from '../npy.ts'
import { dequantizeValues } from '../quantize/values.ts'

interface RunOptions {
  engine: string
  flavour?: string
  input: string[]
  output: string
  adc?: Adc
  real?: boolean
}

/** `holter run`: a model on an array, by one engine. */
export const run = new Command('run')
  .summary('run a model on a .npy array')
  .description(
    'Runs an int8 or 16×8 .tflite model on a .npy array and writes its outputs as .npy, as the network gives them. ' +
      'A model with several inputs takes --input once for each, in the order of the file (holter inspect shows it). ' +
      'Of several outputs the first goes to --output FILE.npy, the next to FILE.1.npy, FILE.2.npy, ….',
  )
  .addArgument(new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic'))
  .option('-e, --engine <engine>', 'reference, node, wasmtime, …', 'node')
  .option(
    '-f, --flavour <flavour>',
    'flavour of the module: scalar, simd, … (default: the fastest that the engine runs)',
  )
  .requiredOption(
    '-i, --input <file>',
    'int8 (int16) rows as they are, or float rows in millivolts; shape (n, …). Again for each further input',
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
  .addHelpText('after', '\nExample: holter run models/gap-cnn.tflite --engine wasmtime --input x.npy --output y.npy')
  .action(async (path: string, options: RunOptions) => {
    const { engine, form } = engineFor(options.engine, options.flavour)
    const model = loadModel(path)
    const { graph } = model
    const arrays = options.input.map(file => ({ ...readNpy(readFile(file), file), where: file }))
    const { rows, count } = allInputRows(graph, arrays, options.adc)
    const outputs = await runOnce(engine, model, form, rows, count)
    graph.outputs.forEach((tensor, which) => {
      const data = outputColumn(graph, outputs, count, which, options.real)
      const own = graph.tensors[tensor].shape
      const shape = [count, ...(own[0] === 1 ? own.slice(1) : own)]
      writeFile(outputFile(options.output, which), writeNpy({ shape, data }))
    })
    const files = graph.outputs.map((_, which) => outputFile(options.output, which))
    console.error(`${count} rows by ${engine.name} ${formName(form)}: ${files.join(', ')}`)
  })

/** Parses GAIN,BASELINE for commander. */
function adc(text: string): Adc {
  const [gain, baseline] = text.split(',').map(part => (part.trim() ? Number(part) : Number.NaN))
  if (gain > 0 && Number.isFinite(gain) && Number.isInteger(baseline) && text.split(',').length === 2)
    return { gain, baseline }
  throw new InvalidArgumentError('It must be a gain above 0 and a whole baseline, such as 200,1024.')
}

/** y.npy for the first output, y.1.npy for the second, …. */
function outputFile(path: string, which: number): string {
  const { dir, name, ext } = parse(path)
  return which === 0 ? path : join(dir, `${name}.${which}${ext}`)
}

/** The values of one output over all rows, in its own type. */
function outputColumn(graph: IntGraph, outputs: Int8Array, count: number, which: number, real?: boolean): Npy['data'] {
  const tensors = graph.outputs.map(i => graph.tensors[i])
  const start = tensors.slice(0, which).reduce((sum, t) => sum + tensorBytes(t), 0)
  const pitch = outputs.length / count
  const bytes = tensorBytes(tensors[which])
  const column = new Int8Array(count * bytes)
  for (let row = 0; row < count; row++) {
    column.set(outputs.subarray(row * pitch + start, row * pitch + start + bytes), row * bytes)
  }
  const { type, quantization } = tensors[which]
  const values = fromBytes(column, type) as Npy['data']
  return real && type !== 'int32' ? dequantizeValues(values, quantization!) : values
}
