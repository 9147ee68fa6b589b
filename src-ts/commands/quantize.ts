import { Argument, Command, Option } from 'commander'
import { byName } from '../errors.ts'
import { writeFile } from '../files.ts'
import { knowsValidation } from '../ir/metadata.ts'
import { selectionScore } from '../metrics/selection-score.ts'
import { fitTemperature } from '../metrics/temperature.ts'
import type { WeightBits } from '../ops/op.ts'
import { compare } from '../quantize/compare.ts'
import { schemeFor } from '../quantize/scheme.ts'
import { runReference } from '../reference/run.ts'
import { table } from '../report/terminal.ts'
import { lower, predictFloat, predictInt8, provenanceOf, standardizedRows, toIntegers, toModel } from '../stages.ts'
import { tasks } from '../tasks/index.ts'
import { loadTfjs } from '../train/backend.ts'
import { loadFloatModel } from '../train/float-model.ts'
import { dataOption, openFor, SYNTHETIC_SENTENCE, skipMissingOption } from './data-options.ts'
import { rememberedNote } from './open-model.ts'
import { json, printJson, seed } from './options.ts'

interface QuantizeOptions {
  out: string
  seed: number
  weightBits: string
  int16: string[]
  data?: string
  skipMissing?: boolean
  json?: boolean
}

/** `holter quantize`: a float model becomes an int8 .tflite file, calibrated on training records. */
export const quantize = new Command('quantize')
  .summary('turn a float model into an int8 .tflite file')
  .description(
    'Folds batch norm, calibrates on training records, writes an int8 .tflite file, and says what each layer lost.',
  )
  .addArgument(new Argument('<model>', 'folder of a float model'))
  .requiredOption('-o, --out <file>', '.tflite file to write')
  .addOption(new Option('--seed <n>', 'seed that draws the calibration records').argParser(seed).default(1))
  .addOption(
    new Option(
      '--weight-bits <n>',
      'bits of the weights; 7 keep products of the relaxed flavour small on every processor',
    )
      .choices(['8', '7', '4'])
      .default('8'),
  )
  .addOption(
    new Option(
      '--int16 <nodes>',
      'nodes that compute in int16, by the names that the table shows, with commas between them',
    )
      .argParser((text: string) => text.split(','))
      .default([], 'none'),
  )
  .addOption(dataOption())
  .addOption(skipMissingOption())
  .addOption(json())
  .addHelpText('after', '\nExample: holter quantize build/gap-cnn --out build/gap-cnn.tflite')
  .action(async (dir: string, options: QuantizeOptions) => {
    const tf = loadTfjs()
    const { model, metadata: own } = await loadFloatModel(tf, dir)
    const task = byName('task', own.task, tasks)
    const { opened } = await openFor(task, ['train', 'validation'], options)
    const { train, validation } = opened.splits as Required<typeof opened.splits>
    const predictions = predictFloat(tf, model, validation, own)
    // Models from before temperatures were kept get theirs here; one that trained on these records would only seem sure.
    const remembers = knowsValidation(own)
    const metadata = own.temperature || remembers ? own : { ...own, temperature: fitTemperature(predictions) }
    const weightBits = Number(options.weightBits) as WeightBits
    const { int16 } = options
    const plain = weightBits === 8 && int16.length === 0
    const provenance = { ...metadata.provenance, ...(!plain && { quantization: { weightBits, int16 } }) }
    const graph = lower(tf, model, { ...metadata, provenance }, train)
    const scheme = schemeFor(graph, weightBits, int16)
    const int8 = toModel(toIntegers(tf, graph, train, metadata, options.seed, scheme), options.out)
    const noise = compare(
      tf,
      graph,
      int8.graph,
      standardizedRows(train, metadata, NOISE_RECORDS, options.seed),
      runReference,
    )
    const float = selectionScore(predictions)
    const quantized = selectionScore(await predictInt8(int8, validation))
    const notes = remembers ? [rememberedNote(dir)] : []
    writeFile(options.out, int8.tflite)
    if (options.json)
      return printJson({
        out: options.out,
        ...provenanceOf(opened),
        bytes: int8.tflite.length,
        [float.name]: { float: float.value, int8: quantized.value },
        notes,
        nodes: noise,
      })
    if (opened.synthetic) console.log(SYNTHETIC_SENTENCE)
    const rows = noise.map(n => [
      n.node,
      n.op,
      n.signalToNoiseDb.toFixed(1),
      n.largestErrorSteps.toFixed(1),
      `${(100 * n.saturated).toFixed(2)} %`,
    ])
    console.log(table(['node', 'op', 'SQNR dB', 'worst step', 'saturated'], rows))
    console.log(
      `validation ${float.title} ${float.value.toFixed(4)} float, ${quantized.value.toFixed(4)} int8, ${validation.length} records`,
    )
    for (const note of notes) console.log(note)
    console.log(`${options.out}: ${int8.tflite.length.toLocaleString('en')} bytes`)
  })

/** Training records on which each node's noise is measured. */
const NOISE_RECORDS = 8
