import { Argument, Command, Option } from 'commander'
import { count } from '../report/numbers.ts'
import { table } from '../report/terminal.ts'
import { terminal } from './context.ts'
import { json, printJson, whole } from './options.ts'

/** `holter bench`: how fast a model runs here. */
export const bench = new Command('bench')
  .summary('time a model in every engine that has a clock')
  .description(
    'Times single inferences of an int8 .tflite model, after a warm-up. Milliseconds hold for this machine and this moment: ' +
      'compare engines and models of one call.',
  )
  .addArgument(new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic'))
  .addOption(new Option('--reps <n>', 'runs that are counted').argParser(whole(1)).default(100))
  .addOption(json())
  .addHelpText('after', '\nExample: holter bench models/gap-cnn.tflite --reps 200')
  .action(async (model: string, options: { reps: number; json?: boolean }) => {
    const { bench } = await import('../runs/bench.ts')
    const rows = await bench({ model, reps: options.reps }, terminal)
    if (options.json) return printJson(rows)
    const cells = rows.map(r => [
      r.engine,
      r.flavour,
      (r.medianNs / 1e6).toFixed(3),
      (r.minNs / 1e6).toFixed(3),
      r.gigaMacsPerSecond.toFixed(2),
      r.loadMs.toFixed(1),
      count(r.moduleBytes),
    ])
    console.log(table(['engine', 'flavour', 'median ms', 'least ms', 'GMAC/s', 'load ms', 'module bytes'], cells))
  })
