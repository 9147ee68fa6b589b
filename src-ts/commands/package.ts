import { Command, Option } from 'commander'
import { totals } from '../package/budget.ts'
import { targetNames } from '../package/target.ts'
import { count } from '../report/numbers.ts'
import { table } from '../report/terminal.ts'
import type { PackageInput } from '../runs/package-model.ts'
import { terminal } from './context.ts'
import { adc, json, modelArgument, printJson, seed, whole } from './options.ts'

interface PackageOptions extends Omit<PackageInput, 'model'> {
  readonly json?: boolean
}

/** `holter package`. */
export const packageCommand = new Command('package')
  .summary('build a model into an image for a device, with a self-test')
  .description(
    'Compiles a .tflite file for a target (a folder of firmware-targets), checks flash, RAM and instructions against its budget before anything is built, ' +
      'and writes image, sources, self-test vectors and package.json with sizes and hashes. The same input gives the same bytes.',
  )
  .addArgument(modelArgument())
  .addOption(new Option('-t, --target <target>', 'where it is to run').choices(targetNames()).makeOptionMandatory())
  .option('--board <board>', "one of the target's boards (default: its first)")
  .option('--vectors <npy...>', 'inputs of the self-test, one file for each input (default: made from a seed)')
  .addOption(new Option('--count <n>', 'self-test vectors made from the seed').default(64).argParser(whole(1, 4096)))
  .addOption(new Option('--seed <n>', 'seed of the vectors').default(1).argParser(seed))
  .addOption(
    new Option('--adc <gain,baseline>', "the device's converter: counts per millivolt, and the count of 0 mV")
      .default({ gain: 1000, baseline: 0 }, '1000,0')
      .argParser(adc),
  )
  .option(
    '--monitor <record>',
    'make a monitor of the beat network, for the leads and the rate of this recording, which the self-test plays',
  )
  .addOption(
    new Option('--seconds <n>', 'seconds of the recording that the self-test plays')
      .default(30)
      .argParser(whole(1, 1800)),
  )
  .option('--rules <file>', "the monitor's rules (default: alarms.json of Holter)")
  .option('-o, --out <dir>', 'folder to write into (default: build/firmware/TARGET)')
  .addOption(json())
  .addHelpText(
    'after',
    '\nExamples: holter package ecg-tiny --target cortex-m-wasm2c\n          holter package beat-rr --target cortex-m-wasm2c --monitor mitdb/208',
  )
  .action(async (model: string, options: PackageOptions) => {
    const { packageForDevice } = await import('../runs/package-model.ts')
    const { out, manifest } = await packageForDevice({ ...options, model }, terminal)
    if (options.json) return printJson({ out, ...manifest })
    const rows = Object.entries(manifest.sizes).map(([part, bytes]) => [part, count(bytes)])
    console.log(table(['part', 'bytes'], rows))
    const { flashBytes, ramBytes } = totals(manifest.sizes)
    const sizes = `flash ${count(flashBytes)} bytes, RAM ${count(ramBytes)} bytes`
    const how = manifest.countedBy ? `counted by ${manifest.countedBy}` : 'estimated'
    const needs = `${sizes}, ${count(manifest.instructions)} instructions an inference (${how})`
    console.log(`${manifest.model} for ${manifest.target}, ${manifest.board}: ${needs}, in ${out}`)
  })
