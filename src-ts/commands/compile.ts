import { basename } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { writeBuild } from '../codegen/artefacts.ts'
import { flavours, hostFlavours } from '../codegen/build.ts'
import { loadModel } from '../engines/model.ts'
import { sha256 } from '../files.ts'
import type { Flavour } from '../ops/kernel.ts'
import { table } from '../report/terminal.ts'
import { json, printJson } from './options.ts'

/** `holter compile`, and tools/gen-kernels. */
export const compile = new Command('compile')
  .summary('generate AssemblyScript kernels from a .tflite file and compile them to wasm')
  .description(
    'Generates readable AssemblyScript kernels from any int8 or 16×8 .tflite file and compiles them to a wasm module ' +
      'without imports, that equals the reference in every byte. Writes NAME.FLAVOUR.wasm, kernels/, NAME.h and manifest.json.',
  )
  .addArgument(new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic'))
  .addOption(
    new Option('-f, --flavour <flavour>', 'instruction set of the module (default: scalar and simd)').choices(flavours),
  )
  .requiredOption('-o, --out <dir>', 'folder to write into; made as needed')
  .addOption(json())
  .addHelpText('after', '\nExample: holter compile models/gap-cnn.tflite --flavour simd --out build/gap-cnn')
  .action(async (path: string, options: { flavour?: Flavour; out: string; json?: boolean }) => {
    const model = loadModel(path)
    const name = basename(path).replace(/\.tflite$/, '')
    const wanted = options.flavour ? [options.flavour] : hostFlavours
    const { builds, written } = await writeBuild(model.graph, name, sha256(model.tflite), wanted, options.out)
    if (options.json) return printJson({ out: options.out, files: written })
    const [{ manifest }] = builds
    const rows = written.map(({ file, bytes }) => [file, bytes.toLocaleString('en')])
    console.log(table(['file', 'bytes'], rows))
    console.log(
      `${manifest.macs.toLocaleString('en')} MACs, arena ${manifest.arena.bytes.toLocaleString('en')} bytes, in ${options.out}`,
    )
  })
