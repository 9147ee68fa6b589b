import { basename, join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { allInputRows } from '../engines/input.ts'
import { loadModel } from '../engines/model.ts'
import { readFile } from '../files.ts'
import { readNpy } from '../npy.ts'
import { totals } from '../package/budget.ts'
import { packageModel } from '../package/package.ts'
import { boardOf, readTarget, targetNames } from '../package/target.ts'
import { givenVectors, seededVectors } from '../package/vectors.ts'
import { table } from '../report/terminal.ts'
import { json, printJson, seed, whole, within } from './options.ts'

interface Options {
  target: string
  board?: string
  vectors?: string[]
  count: number
  seed: number
  adcGain: number
  adcZero: number
  out?: string
  json?: boolean
}

/** Folder that `package` writes and `flash` reads where none is named. */
export function defaultFolder(target: string): string {
  return join('build', 'firmware', target)
}

/** `holter package`. */
export const packageCommand = new Command('package')
  .summary('build a model into an image for a device, with a self-test')
  .description(
    'Compiles a .tflite file for a target (a folder of firmware-targets), checks flash and RAM against its budget before anything is built, ' +
      'and writes image, sources, self-test vectors and package.json with sizes and hashes. The same input gives the same bytes.',
  )
  .addArgument(new Argument('<model>', '.tflite file of int8 (or 16×8) arithmetic'))
  .addOption(new Option('-t, --target <target>', 'where it is to run').choices(targetNames()).makeOptionMandatory())
  .option('--board <board>', "one of the target's boards (default: its first)")
  .option('--vectors <npy...>', 'inputs of the self-test, one file for each input (default: made from a seed)')
  .addOption(new Option('--count <n>', 'self-test vectors made from the seed').default(64).argParser(whole(1, 4096)))
  .addOption(new Option('--seed <n>', 'seed of the vectors').default(1).argParser(seed))
  .addOption(
    new Option('--adc-gain <counts>', "converter's counts per millivolt").default(1000).argParser(within(1e-3, 1e7)),
  )
  .addOption(new Option('--adc-zero <counts>', 'counts at 0 mV').default(0).argParser(within(-(2 ** 31), 2 ** 31 - 1)))
  .option('-o, --out <dir>', 'folder to write into (default: build/firmware/TARGET)')
  .addOption(json())
  .addHelpText('after', '\nExample: holter package models/ecg-tiny.tflite --target cortex-m-wasm2c')
  .action(async (path: string, options: Options) => {
    const target = readTarget(options.target)
    const board = boardOf(target, options.board)
    const model = loadModel(path)
    const vectors = options.vectors
      ? await given(model, options.vectors)
      : await seededVectors(model, options.count, options.seed)
    const converter = { gain: options.adcGain, zero: Math.round(options.adcZero) }
    const out = options.out ?? defaultFolder(target.name)
    const name = basename(path).replace(/\.tflite$/, '')
    const manifest = await packageModel(model, name, target, board, { converter, vectors }, out)
    if (options.json) return printJson({ out, ...manifest })
    const { sizes } = manifest
    const rows = Object.entries(sizes).map(([part, bytes]) => [part, bytes.toLocaleString('en')])
    console.log(table(['part', 'bytes'], rows))
    const { flashBytes, ramBytes } = totals(sizes)
    console.log(
      `${name} for ${target.name}, ${board.name}: flash ${flashBytes.toLocaleString('en')} bytes, RAM ${ramBytes.toLocaleString('en')} bytes, in ${out}`,
    )
  })

function given(model: ReturnType<typeof loadModel>, paths: readonly string[]) {
  const arrays = paths.map(path => ({ ...readNpy(readFile(path), path), where: path }))
  const { rows, count } = allInputRows(model.graph, arrays)
  return givenVectors(model, rows, count)
}
