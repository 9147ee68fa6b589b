import { Argument, Command, Option } from 'commander'
import { readManifest } from '../codegen/manifest.ts'
import { onlyFlavours } from '../engines/choose.ts'
import type { RunnableModel } from '../engines/engine.ts'
import { engines } from '../engines/index.ts'
import { compareLayers } from '../engines/layers.ts'
import { loadModel } from '../engines/model.ts'
import { node } from '../engines/node.ts'
import { compareEngines, probeInputs } from '../engines/parity.ts'
import { tfliteMicro } from '../engines/tflite-micro.ts'
import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import { tensorBytes } from '../ir/graph.ts'
import { defaultFlavours, type Flavour, flavourNames } from '../ops/flavour.ts'
import { progress } from '../report/progress.ts'
import { layerParitySummary, paritySummary } from '../report/summaries.ts'
import { json, printJson, seed, whole } from './options.ts'

interface VerifyOptions {
  inputs: number
  seed: number
  flavour?: Flavour
  module?: string
  layers?: boolean
  json?: boolean
}

/** `holter verify`: every engine and flavour beside the reference, byte by byte. */
export const verify = new Command('verify')
  .summary('compare every engine and flavour with the reference, byte by byte')
  .description(
    'Runs a model on seeded random inputs in every engine found here and compares each output byte with the reference.',
  )
  .addArgument(new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic'))
  .addOption(new Option('-n, --inputs <n>', 'number of inputs').argParser(whole(1)).default(64))
  .addOption(new Option('--seed <n>', 'seed of the inputs').argParser(seed).default(1))
  .addOption(
    new Option('-f, --flavour <flavour>', `flavour of the modules (default: ${defaultFlavours.join(' and ')})`).choices(
      flavourNames,
    ),
  )
  .option('-m, --module <file>', 'compare this wasm module only, instead of freshly compiled ones')
  .option('-l, --layers', 'compare every intermediate tensor and name the first node that differs')
  .addOption(json())
  .addHelpText('after', '\nExample: holter verify models/gap-cnn.tflite --inputs 256')
  .action(async (path: string, options: VerifyOptions) => {
    const loaded = loadModel(path)
    if (options.layers) return verifyLayers(loaded, options)
    const wanted = options.flavour ? [options.flavour] : defaultFlavours
    const { model, chosen } = options.module
      ? withModule(loaded, options.module)
      : { model: loaded, chosen: onlyFlavours(engines, wanted) }
    const bar = progress({ title: 'verify', unit: 'runs' })
    const inputs = probeInputs(model, options.inputs, options.seed)
    const rows = await compareEngines(model, chosen, inputs, options.inputs, (what, done, total) =>
      bar.update(done, { total, text: what }),
    )
    bar.stop()
    if (options.json) printJson(rows)
    else console.log(paritySummary(rows))
    if (rows.some(row => row.differing > 0)) process.exitCode = 1
  })

/** --layers: tflite-micro where it is, and the modules in this process; every node beside the reference. */
async function verifyLayers(model: RunnableModel, options: VerifyOptions): Promise<void> {
  if (options.module) {
    const problem = 'a module shows its outputs only'
    throw new HolterError({ stage: 'usage', where: '--layers', problem, hint: 'Leave out --layers or --module' })
  }
  const inputs = probeInputs(model, options.inputs, options.seed)
  const wanted = options.flavour ? [options.flavour] : defaultFlavours
  const rows = await compareLayers(model, onlyFlavours([tfliteMicro, node], wanted), inputs, options.inputs)
  const missing = tfliteMicro.missing()
  if (missing) console.error(`tflite-micro is left out: ${missing}. The modules are compared with the reference only.`)
  if (options.json) printJson(rows)
  else console.log(layerParitySummary(rows))
  if (rows.some(row => row.differing > 0)) process.exitCode = 1
}

/** The engines that run modules, given one file: the flavour is what its manifest says. */
function withModule(loaded: RunnableModel, file: string) {
  const wasm = readFile(file, 'Give the path of a module that holter compile wrote')
  const manifest = readManifest(wasm, file)
  const bytes = (ports: readonly { bytes: number }[]) => ports.map(port => port.bytes).join(', ')
  const shapes = (tensors: readonly number[]) => tensors.map(i => tensorBytes(loaded.graph.tensors[i])).join(', ')
  if (
    bytes(manifest.inputs) !== shapes(loaded.graph.inputs) ||
    bytes(manifest.outputs) !== shapes(loaded.graph.outputs)
  ) {
    throw new HolterError({
      stage: 'verify',
      where: file,
      problem: 'the module was made from another network',
      got: `inputs of ${bytes(manifest.inputs)} and outputs of ${bytes(manifest.outputs)} bytes`,
      expected: `${shapes(loaded.graph.inputs)} and ${shapes(loaded.graph.outputs)}`,
    })
  }
  const chosen = onlyFlavours(
    engines.filter(engine => engine.runs === 'module'),
    [manifest.flavour],
  )
  return { model: { ...loaded, module: async () => wasm }, chosen }
}
