import { Argument, Command, Option } from 'commander'
import { HolterError } from '../errors.ts'
import type { WeightBits } from '../ops/op.ts'
import type { Precision } from '../quantize/form.ts'
import type { Measured } from '../quantize/measured.ts'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import { count } from '../report/numbers.ts'
import { table } from '../report/terminal.ts'
import type { QuantizeInput } from '../runs/quantize.ts'
import { inTerminal, interrupted } from './context.ts'
import { withDataOptions } from './data-options.ts'
import { json, printJson, seed, whole, within } from './options.ts'

interface QuantizeOptions extends Omit<QuantizeInput, 'model' | 'weightBits' | 'int16'> {
  readonly int16?: string[]
  readonly minSqnr?: number
  readonly int16Share: number
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
    .addOption(
      new Option(
        '-c, --calibrate <file>',
        '.npy with rows of the input to calibrate on, as holter run takes them, instead of records. Repeat the option for further inputs',
      )
        .argParser((file: string, before: string[] = []) => [...before, file])
        .conflicts(['data', 'skipMissing', 'synthetic', 'rate', 'units', 'resample']),
    )
    .addOption(new Option('--seed <n>', 'seed of the calibration records, and of training').argParser(seed).default(1))
    .addOption(
      new Option(
        '--weight-bits <n>',
        'bits of the weights; 7 keep the relaxed dot product from saturating on every processor',
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
    .addOption(
      new Option(
        '--min-sqnr <dB>',
        'choose the --int16 nodes: those around the tensors that cost most in int8, until the outputs reach this signal-to-noise ratio',
      )
        .argParser(within(0, 200))
        .conflicts('int16'),
    )
    .addOption(
      new Option('--int16-share <x>', 'with --min-sqnr: largest share of the MACs that may be in int16')
        .argParser(within(0, 1))
        .default(0.25),
    )
    .option(
      '--equalize',
      'first give neighbouring layers weights of like size, channel by channel; changes no result in float',
    )
    .option('--correct-bias', 'correct the biases for how far quantization moves the mean of each channel')
    .addOption(
      new Option(
        '--ranges <rule>',
        'range of values that integers cover (default: records): of nearly all records, of all values, of 9,998 in 10,000, of least squared error, of least information lost',
      ).choices(['records', 'min-max', 'percentile', 'mse', 'entropy']),
    )
    .addOption(
      new Option(
        '--epochs <n>',
        'train this many epochs as integers (quantization-aware training), with pruned weights held at zero, by the recipe that the model records',
      )
        .argParser(whole(1))
        .conflicts('calibrate'),
    )
    .addOption(
      new Option('--learning-rate <x>', "its peak learning rate (default: a tenth of the recipe's)")
        .argParser(within(1e-9, 10))
        .conflicts('calibrate'),
    )
    .addOption(
      new Option('--teacher <dir>', 'folder of a float model that teaches it, such as MODEL itself; may be repeated')
        .argParser((dir: string, dirs: string[] = []) => [...dirs, dir])
        .conflicts('calibrate'),
    )
    .addOption(new Option('--threads <n>', 'processor threads (default: all cores)').argParser(whole(1))),
)
  .addOption(json())
  .addHelpText(
    'after',
    '\nExamples: holter quantize build/gap-cnn --out build/gap-cnn.tflite\n' +
      '          holter quantize build/gap-cnn --weight-bits 4 --epochs 5 --teacher build/gap-cnn --out build/gap-cnn-4.tflite\n' +
      '          holter quantize float.tflite --calibrate X.npy --out int8.tflite',
  )
  .action(async (model: string, options: QuantizeOptions) => {
    if (options.calibrate) return quantizeOnRows(model, { ...options, calibrate: options.calibrate })
    if (isFile(model)) throw withoutRows(model, options.out)
    const { quantize } = await import('../runs/quantize.ts')
    const input = { ...options, ...precisionOf(options), model }
    const quantized = await inTerminal(context => quantize(input, context))
    if (!quantized) return interrupted()
    const { figures, noise, float, int8, synthetic, validationRecords } = quantized
    if (options.json) return printJson(figures)
    if (synthetic) console.log(SYNTHETIC_SENTENCE)
    console.log(noiseTable(noise))
    const scores = `${float.value.toFixed(4)} float, ${int8.value.toFixed(4)} int8, ${validationRecords} records`
    console.log(`validation ${float.title} ${scores}`)
    for (const note of figures.notes) console.log(note)
    console.log(`${options.out}: ${count(figures.bytes)} bytes`)
  })

function precisionOf({
  weightBits,
  int16,
  minSqnr,
  int16Share,
}: QuantizeOptions): Required<Pick<Precision, 'weightBits' | 'int16'>> {
  return {
    weightBits: Number(weightBits) as WeightBits,
    int16: minSqnr === undefined ? (int16 ?? []) : { decibels: minSqnr, share: int16Share },
  }
}

function isFile(model: string): boolean {
  return /\.tflite$/i.test(model)
}

/** A file brings no task, so no records. */
function withoutRows(where: string, out: string): HolterError {
  const problem = 'a .tflite file is calibrated on rows of yours'
  const hint = `Type holter quantize ${where} --calibrate X.npy --out ${out}`
  return new HolterError({ stage: 'usage', where, problem, hint })
}

/** Rows of the user calibrate a model, whether it is a file or a folder. */
async function quantizeOnRows(model: string, options: QuantizeOptions & { calibrate: string[] }): Promise<void> {
  const { quantizeFile, quantizeFolder } = await import('../runs/quantize-file.ts')
  const input = { ...options, ...precisionOf(options), model }
  const { figures, noise } = isFile(model) ? quantizeFile(input) : await quantizeFolder(input)
  if (options.json) return printJson(figures)
  console.log(noiseTable(noise))
  console.log(`${options.out}: ${count(figures.bytes)} bytes, calibrated on ${count(figures.rows)} rows`)
}

function noiseTable({ nodes, costsMost, int16 }: Measured): string {
  const rows = nodes.map(n => [
    n.node,
    n.op,
    n.signalToNoiseDb.toFixed(1),
    n.aloneDb.toFixed(1),
    n.largestErrorSteps.toFixed(1),
    `${(100 * n.saturated).toFixed(2)} %`,
  ])
  const lines = [
    table(['node', 'op', 'SQNR dB', 'alone dB', 'worst step', 'saturated'], rows),
    `costs most: ${costsMost.node} (${costsMost.op}): ${costsMost.aloneDb.toFixed(1)} dB at the outputs if it alone is quantized`,
  ]
  if (int16)
    lines.push(`int16: ${int16.nodes.join(', ') || 'nothing'}; ${int16.decibels.toFixed(1)} dB at the outputs with it`)
  return lines.join('\n')
}
