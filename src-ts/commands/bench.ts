import { Command, Option } from 'commander'
import { type Flavour, flavourNames } from '../ops/flavour.ts'
import { count, inferenceTime, times } from '../report/numbers.ts'
import { table } from '../report/terminal.ts'
import { terminal } from './context.ts'
import { json, modelArgument, printJson, whole } from './options.ts'

interface BenchOptions {
  readonly reps: number
  readonly layers?: boolean
  readonly flavour?: Flavour
  readonly json?: boolean
}

/** `holter bench`: how fast a model runs here. */
export const bench = new Command('bench')
  .summary('time a model in every engine that has a clock')
  .description(
    'Times single inferences of an int8 .tflite model after a warm-up. The figures depend on the machine and its load: ' +
      'compare engines or models within one call only.',
  )
  .addArgument(modelArgument())
  .addOption(new Option('--reps <n>', 'timed runs').argParser(whole(1)).default(100))
  .addOption(new Option('--layers', 'time each layer instead, in V8'))
  .addOption(
    new Option('-f, --flavour <flavour>', 'flavour of --layers (default: the last that this V8 runs)').choices(
      flavourNames,
    ),
  )
  .addOption(json())
  .addHelpText('after', '\nExample: holter bench gap-cnn --reps 200')
  .action(async (model: string, options: BenchOptions) => {
    if (options.layers) return printLayers(model, options)
    const { bench } = await import('../runs/bench.ts')
    const rows = await bench({ model, reps: options.reps }, terminal)
    if (options.json) return printJson(rows)
    const compared = rows.some(row => row.timesTfliteMicro !== undefined)
    const cells = rows.map(r => [
      r.engine,
      r.flavour,
      inferenceTime(r.medianNs),
      inferenceTime(r.minNs),
      r.gigaMacsPerSecond.toFixed(2),
      ...(compared ? [times(r.timesTfliteMicro)] : []),
      inferenceTime(r.firstResultMs * 1e6),
      r.moduleBytes === undefined ? '' : count(r.moduleBytes),
    ])
    const speed = ['GMAC/s', ...(compared ? ['× tflm'] : [])]
    console.log(table(['engine', 'flavour', 'median', 'least', ...speed, 'load, run', 'module bytes'], cells))
    console.log('\nload, run: compiling, instantiating and the first run, in an engine that is warm.')
    if (compared)
      console.log('× tflm: how many times as fast as tflite-micro with its reference kernels, by the medians.')
  })

async function printLayers(model: string, { reps, flavour, json }: BenchOptions): Promise<void> {
  const { benchLayers } = await import('../runs/bench-layers.ts')
  const rows = await benchLayers({ model, reps, flavour })
  if (json) return printJson(rows)
  const cells = rows.map(r => [
    String(r.step),
    r.op,
    r.kernel,
    (r.medianNs / 1000).toFixed(1),
    r.macs ? r.gigaMacsPerSecond.toFixed(1) : '',
    `${(r.share * 100).toFixed(1)} %`,
  ])
  console.log(table(['layer', 'operator', 'kernel', 'median µs', 'GMAC/s', 'share'], cells))
}
