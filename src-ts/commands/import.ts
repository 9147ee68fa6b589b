import { Argument, Command } from 'commander'
import { count } from '../report/numbers.ts'
import { inTerminal, interrupted } from './context.ts'
import { json, printJson } from './options.ts'

interface ImportOptions {
  readonly out: string
  readonly calibrate: string[]
  readonly json?: boolean
}

/** `holter import`: a model of Keras, TensorFlow or PyTorch becomes an int8 .tflite file. */
export const importCommand = new Command('import')
  .summary('turn a Keras model, SavedModel or ONNX file into an int8 .tflite file')
  .description(
    "Converts a float model by TensorFlow's converter (holter setup import) to int8, calibrated on rows that look like what it will see, " +
      'and compares its outputs with those of the model.\n\n' +
      'Inputs of ONNX models are channels first (n, leads, samples), as PyTorch has them; the .tflite file takes them channels last.',
  )
  .addArgument(new Argument('<model>', '.keras or .h5 file, SavedModel folder, .onnx file'))
  .requiredOption('-o, --out <file>', '.tflite file to write')
  .requiredOption(
    '-c, --calibrate <file>',
    '.npy with rows of the input, as the model itself takes them. Repeat the option for further inputs',
    (file: string, before: string[] = []) => [...before, file],
  )
  .addOption(json())
  .addHelpText('after', '\nExample: holter import model.keras --calibrate X.npy --out model.tflite')
  .action(async (model: string, options: ImportOptions) => {
    const { importModel } = await import('../runs/import.ts')
    const imported = await inTerminal(context => importModel({ ...options, model }, context))
    if (!imported) return interrupted()
    const { inputs, outputs, rows } = imported
    const { tflite, graph } = imported.model
    if (options.json) return printJson({ out: options.out, bytes: tflite.length, rows, inputs, outputs })
    for (const { name, shape, tfliteShape } of inputs) {
      const moved =
        shape.join() === tfliteShape.join() ? '' : `, [${tfliteShape.join(', ')}] in the file: channels last`
      console.log(`input ${name}: [${shape.join(', ')}]${moved}`)
    }
    outputs.forEach(({ signalToNoiseDb, largest }, i) => {
      const noise = signalToNoiseDb === null ? 'no difference' : `${signalToNoiseDb.toFixed(1)} dB signal to noise`
      console.log(
        `output ${graph.tensors[graph.outputs[i]].name}: ${noise} against the float model, at most ${largest.toPrecision(2)} off`,
      )
    })
    console.log(`${options.out}: ${count(tflite.length)} bytes, calibrated on ${count(rows)} rows`)
  })
