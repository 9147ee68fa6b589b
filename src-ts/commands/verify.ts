import { Argument, Command, Option } from 'commander'
import type { RunnableModel } from '../engines/engine.ts'
import { engines } from '../engines/index.ts'
import { loadModel } from '../engines/model.ts'
import { readManifest } from '../engines/node.ts'
import { compareEngines, type ParityRow, probeInputs } from '../engines/parity.ts'
import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import { progress } from '../report/progress.ts'
import { table } from '../report/terminal.ts'
import { json, printJson, whole } from './options.ts'

interface VerifyOptions {
  inputs: number
  seed: number
  module?: string
  json?: boolean
}

/** `holter verify`: every engine and flavour beside the reference, byte by byte. */
export const verify = new Command('verify')
  .summary('compare every engine and flavour with the reference, byte by byte')
  .description(
    'Runs a model on seeded random inputs in every engine found here and compares each output byte with the reference.',
  )
  .addArgument(new Argument('<model>', 'int8 .tflite file'))
  .addOption(new Option('-n, --inputs <n>', 'number of inputs').argParser(whole(1)).default(64))
  .addOption(new Option('--seed <n>', 'seed of the inputs').argParser(whole(0)).default(1))
  .option('-m, --module <file>', 'compare this wasm module only, instead of freshly compiled ones')
  .addOption(json())
  .addHelpText('after', '\nExample: holter verify models/gap-cnn.tflite --inputs 256')
  .action(async (path: string, options: VerifyOptions) => {
    const loaded = loadModel(path)
    const { model, chosen } = options.module ? withModule(loaded, options.module) : { model: loaded, chosen: engines }
    const bar = progress({ title: 'verify', unit: 'runs' })
    const inputs = probeInputs(model, options.inputs, options.seed)
    const rows = await compareEngines(model, chosen, inputs, options.inputs, (what, done, total) =>
      bar.update(done, { total, text: what }),
    )
    bar.stop()
    if (options.json) printJson(rows)
    else console.log(parityTable(rows, options.inputs))
    if (rows.some(row => row.differing > 0)) process.exitCode = 1
  })

/** The engines that run modules, given one file: the flavour is what its manifest says. */
function withModule(loaded: RunnableModel, file: string) {
  const wasm = readFile(file, 'Give the path of a module that holter compile wrote')
  const manifest = readManifest(wasm, file)
  const bytes = (ports: readonly { bytes: number }[]) => ports.map(port => port.bytes).join(', ')
  const shapes = (tensors: readonly number[]) =>
    tensors.map(i => loaded.graph.tensors[i].shape.reduce((a, b) => a * b, 1)).join(', ')
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
  const chosen = engines
    .filter(engine => engine.runs === 'module')
    .map(engine => ({ ...engine, flavours: engine.flavours.filter(f => f.split('-')[0] === manifest.flavour) }))
  return { model: { ...loaded, module: async () => wasm }, chosen }
}

/** The parity table, and the first differing byte of each engine that differs. */
export function parityTable(rows: readonly ParityRow[], inputs: number): string {
  const body = rows.map(row => [
    row.engine,
    row.flavour,
    row.skipped ? '–' : row.outputs.toLocaleString('en'),
    row.skipped ? `skipped: ${row.skipped}` : row.differing === 0 ? '0 (equal)' : row.differing.toLocaleString('en'),
  ])
  const firsts = rows
    .filter(row => row.first)
    .map(row => `${row.engine} ${row.flavour}, first difference: ${row.first}`)
  const ran = rows.filter(row => !row.skipped)
  const equal = ran.filter(row => row.differing === 0).length
  return [
    table(['engine', 'flavour', 'output bytes', 'differing'], body),
    ...firsts,
    `${equal} of ${ran.length} equal to the reference over ${inputs} inputs`,
  ].join('\n')
}
