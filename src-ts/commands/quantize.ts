import { Argument, Command, Option } from 'commander'
import { SYNTHETIC_SENTENCE } from '../report/data-sentences.ts'
import { count } from '../report/numbers.ts'
import { table } from '../report/terminal.ts'
import type { QuantizeInput } from '../runs/quantize.ts'
import { terminal } from './context.ts'
import { dataOption, skipMissingOption } from './data-options.ts'
import { json, printJson, seed } from './options.ts'

interface QuantizeOptions extends Omit<QuantizeInput, 'model'> {
  readonly json?: boolean
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
  .addOption(dataOption())
  .addOption(skipMissingOption())
  .addOption(json())
  .addHelpText('after', '\nExample: holter quantize build/gap-cnn --out build/gap-cnn.tflite')
  .action(async (model: string, options: QuantizeOptions) => {
    const { quantize } = await import('../runs/quantize.ts')
    const { figures, nodes, float, int8, synthetic, validationRecords } = await quantize(
      { ...options, model },
      terminal,
    )
    if (options.json) return printJson(figures)
    if (synthetic) console.log(SYNTHETIC_SENTENCE)
    const rows = nodes.map(n => [
      n.node,
      n.op,
      n.signalToNoiseDb.toFixed(1),
      n.largestErrorSteps.toFixed(1),
      `${(100 * n.saturated).toFixed(2)} %`,
    ])
    console.log(table(['node', 'op', 'SQNR dB', 'worst step', 'saturated'], rows))
    const scores = `${float.value.toFixed(4)} float, ${int8.value.toFixed(4)} int8, ${validationRecords} records`
    console.log(`validation ${float.title} ${scores}`)
    for (const note of figures.notes) console.log(note)
    console.log(`${options.out}: ${count(figures.bytes)} bytes`)
  })
