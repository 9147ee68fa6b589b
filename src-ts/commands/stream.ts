import { Argument, Command } from 'commander'
import { count } from '../report/numbers.ts'
import type { StreamInput } from '../runs/stream.ts'
import { json, printJson, whole } from './options.ts'
import { hopTable } from './streaming-output.ts'

interface StreamCommandOptions extends Omit<StreamInput, 'model'> {
  readonly json?: boolean
}

/** `holter stream`: a network that takes a stream hop by hop. */
export const stream = new Command('stream')
  .summary('turn a network of whole windows into one that takes a stream, hop by hop')
  .description(
    'Rewrites a network along time (convolutions, pools, residual adds, concatenations, pooled or dense heads) so that each inference takes ' +
      'only the rows that are new, and remembers what later hops need. Once a window is full, every output equals that of the whole window ' +
      'in every byte. The states are variables of TensorFlow Lite; a compiled module exports push and reset beside run.',
  )
  .addArgument(
    new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic, whose first input is [1, 1, rows, channels]'),
  )
  .requiredOption('--hop <rows>', 'new rows (samples of every lead) in each inference', whole(1))
  .option(
    '--causal',
    'leave out the rows that see zeros beyond the border of a window; without it a network with padding is refused',
  )
  .requiredOption('-o, --out <file>', '.tflite file to write')
  .addOption(json())
  .addHelpText('after', '\nExample: holter stream gap-cnn-causal --hop 10 -o build/stream.tflite')
  .action(async (model: string, options: StreamCommandOptions) => {
    const { stream } = await import('../runs/stream.ts')
    const { hop, causal, out } = options
    const figures = stream({ model, hop, causal, out })
    if (options.json) return printJson({ out, ...figures })
    console.log(hopTable([figures]))
    console.log(`\nThe window is full after ${count(figures.fillingHops)} pushes. Written: ${out}`)
  })
