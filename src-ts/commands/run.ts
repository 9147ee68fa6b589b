import { Argument, Command, Option } from 'commander'
import { rowBytes } from '../codegen/manifest.ts'
import { engineFor } from '../engines/choose.ts'
import { inputRows } from '../engines/input.ts'
import { loadModel } from '../engines/model.ts'
import { readFile, writeFile } from '../files.ts'
import { readNpy, writeNpy } from '../npy.ts'
import { dequantizeValues } from '../quantize/values.ts'

interface RunOptions {
  engine: string
  flavour?: string
  input: string
  output: string
  real?: boolean
}

/** `holter run`: a model on an array, by one engine. */
export const run = new Command('run')
  .summary('run a model on a .npy array')
  .description(
    'Runs an int8 .tflite model on a .npy array and writes its outputs as .npy, int8 as the network gives them.',
  )
  .addArgument(new Argument('<model>', 'int8 .tflite file'))
  .option('-e, --engine <engine>', 'reference, node, wasmtime, …', 'node')
  .option(
    '-f, --flavour <flavour>',
    'flavour of the module: scalar, simd, … (default: the fastest that the engine runs)',
  )
  .requiredOption('-i, --input <file>', 'int8 rows as they are, or float rows in millivolts; shape (n, …)')
  .requiredOption('-o, --output <file>', '.npy file to write')
  .addOption(new Option('--real', 'write real values as float32 instead of int8'))
  .addHelpText('after', '\nExample: holter run models/gap-cnn.tflite --engine wasmtime --input x.npy --output y.npy')
  .action(async (path: string, options: RunOptions) => {
    const { engine, flavour } = engineFor(options.engine, options.flavour)
    const model = loadModel(path)
    const { graph } = model
    const { rows, count } = inputRows(graph, readNpy(readFile(options.input), options.input), options.input)
    const outputs = await engine.run(model, flavour, rows, count)
    const [first] = graph.outputs.map(i => graph.tensors[i])
    const shape =
      graph.outputs.length === 1 ? [count, ...first.shape.slice(1)] : [count, rowBytes(graph, graph.outputs)]
    const data = options.real ? dequantizeValues(outputs, first.quantization!) : outputs
    writeFile(options.output, writeNpy({ shape, data }))
    console.error(`${count} rows by ${engine.name} ${flavour}: ${options.output}`)
  })
