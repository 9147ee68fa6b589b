import { Argument, Command, Option } from 'commander'
import { HolterError } from '../errors.ts'
import type { WeightBits } from '../ops/op.ts'
import type { NodeNoise } from '../quantize/compare.ts'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import { count } from '../report/numbers.ts'
import { table } from '../report/terminal.ts'
import type { QuantizeInput } from '../runs/quantize.ts'
import { terminal } from './context.ts'
import { withDataOptions } from './data-options.ts'
import { json, printJson, seed } from './options.ts'

interface QuantizeOptions extends Omit<QuantizeInput, 'model' | 'weightBits'> {
  readonly weightBits: string
  readonly calibrate?: string[]
  readonly json?: boolean
}

/** `holter quantize`: a float model becomes an int8 .tflite file, calibrated on training records. */
export const quantize = withDataOptions(
  new Command('quantize')
    .summary('turn a float model into an int8 .tflite file')
    .description(
      'Folds batch norm, calibrates on training records, writes an int8 .tflite file, and shows the quantization noise of each layer.',
    )
    .addArgument(
      new Argument(
        '<model>',
        'folder of a float model, or name of one that ships; a float .tflite file with --calibrate',
      ),
    )
    .requiredOption('-o, --out <file>', '.tflite file to write')
    .option(
      '-c, --calibrate <file>',
      'of a .tflite file: .npy with rows of the input, as the file takes them. Repeat the option for further inputs',
      (file: string, before: string[] = []) => [...before, file],
    )
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
    ),
)
  .addOption(json())
  .addHelpText('after', '\nExample: holter quantize build/gap-cnn --out build/gap-cnn.tflite')
  .action(async (model: string, options: QuantizeOptions) => {
    if (options.calibrate !== undefined || /\.tflite$/i.test(model)) checkForm(model, options)
    if (options.calibrate) return quantizeTflite(model, options as QuantizeOptions & { calibrate: string[] })
    const { quantize } = await import('../runs/quantize.ts')
    const { figures, nodes, float, int8, synthetic, validationRecords } = await quantize(
      { ...options, model, weightBits: Number(options.weightBits) as WeightBits },
      terminal,
    )
    if (options.json) return printJson(figures)
    if (synthetic) console.log(SYNTHETIC_SENTENCE)
    console.log(noiseTable(nodes))
    const scores = `${float.value.toFixed(4)} float, ${int8.value.toFixed(4)} int8, ${validationRecords} records`
    console.log(`validation ${float.title} ${scores}`)
    for (const note of figures.notes) console.log(note)
    console.log(`${options.out}: ${count(figures.bytes)} bytes`)
  })

/** Files are calibrated on rows of the user, folders on records of their task. */
function checkForm(model: string, { calibrate, out }: QuantizeOptions): void {
  const isFile = /\.tflite$/i.test(model)
  if (isFile === (calibrate !== undefined)) return
  const problem = isFile ? 'a .tflite file is calibrated on rows of yours' : '--calibrate is for .tflite files'
  const hint = isFile
    ? `Type holter quantize ${model} --calibrate X.npy --out ${out}`
    : 'Leave it out: a folder is calibrated on training records of its task'
  throw new HolterError({ stage: 'usage', where: model, problem, hint })
}

/** A float .tflite file brings no task and no records: rows of the user calibrate it. */
async function quantizeTflite(model: string, options: QuantizeOptions & { calibrate: string[] }): Promise<void> {
  const { quantizeFile } = await import('../runs/quantize-file.ts')
  const input = { ...options, model, weightBits: Number(options.weightBits) as WeightBits }
  const { figures, nodes } = quantizeFile(input)
  if (options.json) return printJson(figures)
  console.log(noiseTable(nodes))
  console.log(`${options.out}: ${count(figures.bytes)} bytes, calibrated on ${count(figures.rows)} rows`)
}

function noiseTable(nodes: readonly NodeNoise[]): string {
  const rows = nodes.map(n => [
    n.node,
    n.op,
    n.signalToNoiseDb.toFixed(1),
    n.largestErrorSteps.toFixed(1),
    `${(100 * n.saturated).toFixed(2)} %`,
  ])
  return table(['node', 'op', 'SQNR dB', 'worst step', 'saturated'], rows)
}
