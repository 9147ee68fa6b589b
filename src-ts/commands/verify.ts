import { Command, Option } from 'commander'
import { defaultFlavours, flavourNames } from '../ops/flavour.ts'
import { layerParitySummary, paritySummary } from '../report/summaries.ts'
import type { VerifyInput } from '../runs/verify.ts'
import { terminal } from './context.ts'
import { json, modelArgument, printJson, seed, whole } from './options.ts'

interface VerifyOptions extends Omit<VerifyInput, 'model'> {
  readonly layers?: boolean
  readonly json?: boolean
}

/** `holter verify`: every engine and flavour beside the reference, byte by byte. */
export const verify = new Command('verify')
  .summary('compare every engine and flavour with the reference, byte by byte')
  .description(
    'Runs a model on seeded random inputs in every engine found here and compares each output byte with the reference.',
  )
  .addArgument(modelArgument())
  .addOption(new Option('-n, --inputs <n>', 'number of inputs').argParser(whole(1)).default(64))
  .addOption(new Option('--seed <n>', 'seed of the inputs').argParser(seed).default(1))
  .addOption(
    new Option('-f, --flavour <flavour>', `flavour of the modules (default: ${defaultFlavours.join(' and ')})`).choices(
      flavourNames,
    ),
  )
  .option('-m, --module <file>', 'compare this wasm module instead of freshly compiled ones')
  .option('-l, --layers', 'compare every intermediate tensor and name the first node that differs')
  .addOption(json())
  .addHelpText('after', '\nExample: holter verify gap-cnn --inputs 256')
  .action(async (model: string, options: VerifyOptions) => {
    const { verify, verifyLayers } = await import('../runs/verify.ts')
    const input = { ...options, model }
    if (options.layers) print(await verifyLayers(input, terminal), layerParitySummary, options)
    else print(await verify(input, terminal), paritySummary, options)
  })

function print<T extends { readonly differing: number }>(
  rows: readonly T[],
  summary: (rows: readonly T[]) => string,
  options: VerifyOptions,
): void {
  if (options.json) printJson(rows)
  else console.log(summary(rows))
  if (rows.some(row => row.differing > 0)) process.exitCode = 1
}
