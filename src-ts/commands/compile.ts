import { Command, Option } from 'commander'
import { defaultFlavours, flavourNames } from '../ops/flavour.ts'
import { stripsFigure } from '../report/arena-picture.ts'
import { count } from '../report/numbers.ts'
import { hostSentence } from '../report/ports.ts'
import { purposeOf } from '../report/purposes.ts'
import { fileSummary } from '../report/summaries.ts'
import type { CompileInput } from '../runs/compile.ts'
import { json, modelArgument, printJson, ram } from './options.ts'

interface CompileOptions extends Omit<CompileInput, 'model'> {
  readonly json?: boolean
}

/** `holter compile`, and tools/gen-kernels. */
export const compile = new Command('compile')
  .summary('generate AssemblyScript kernels from a .tflite file and compile them to wasm')
  .description(
    'Generates readable AssemblyScript kernels from any int8 or 16×8 .tflite file and compiles them to a wasm module ' +
      'without imports whose output equals the reference in every byte. Writes NAME.FLAVOUR.wasm, kernels/, NAME.h and manifest.json.',
  )
  .addArgument(modelArgument())
  .addOption(
    new Option(
      '-f, --flavour <flavour>',
      `instruction set of the module (default: ${defaultFlavours.join(' and ')})`,
    ).choices(flavourNames),
  )
  .option('--small', 'prefer a small file and little memory over speed')
  .addOption(ram())
  .option('-o, --out <dir>', 'folder to write into, created if needed (default: build/NAME)')
  .addOption(json())
  .addHelpText(
    'after',
    '\nExample: holter compile gap-cnn --flavour simd --out build/gap-cnn\nExample: holter compile gap-cnn --flavour scalar --ram min',
  )
  .action(async (model: string, options: CompileOptions) => {
    const { warmCompilers } = await import('../codegen/compiler-threads.ts')
    warmCompilers()
    const { compile } = await import('../runs/compile.ts')
    const { layerTable } = await import('../codegen/layer-table.ts')
    const { out, builds, written } = await compile({ ...options, model })
    const [{ manifest }] = builds
    const { inputs, outputs } = manifest
    const files = written.map(file => ({ ...file, purpose: purposeOf(file.file) }))
    if (options.json) return printJson({ out, inputs, outputs, files })
    console.log(fileSummary(files.map(({ file: name, ...rest }) => ({ name, ...rest }))))
    console.log(`${count(manifest.macs)} MACs, arena ${count(manifest.arena.bytes)} bytes, in ${out}`)
    for (const { program, wasm } of builds) {
      const { flavour, networks } = program.plan
      const [network] = networks
      const { parameterBytes } = layerTable(network.graph)
      const rest = count(wasm.length - parameterBytes)
      console.log(`${flavour}: ${count(parameterBytes)} bytes of weights and biases, ${rest} of everything else`)
      if (network.wholeArenaBytes) console.log(`${flavour}, strips: ${stripsFigure(network)}`)
    }
    const left = hostSentence(manifest)
    if (left) console.log(left)
  })
