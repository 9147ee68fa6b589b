import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Argument, Command } from 'commander'
import { root } from '../places.ts'
import { recordFile } from '../toolchain.ts'
import { json } from './options.ts'

/** What each part gives, and its size on disk; short enough for a line. */
const parts = {
  training: 'TensorFlow.js and its library, for all that trains (1.1 GB)',
  python: 'tflite-micro, the independent reference of verify (520 MB)',
  wasmtime: 'one more engine (32 MB)',
  firmware: 'for package and flash, beside compilers (110 MB)',
  import: 'TensorFlow’s converter and onnx2tf, for models of Keras and ONNX (1.6 GB)',
}
const list = Object.entries(parts).map(([part, what]) => `  ${part.padEnd(9)} ${what}`)

/** `holter setup`: tools/setup.mjs in a process of its own, as it runs in a checkout before anything is installed. */
export const setup = new Command('setup')
  .summary('install what training, other engines and devices need')
  .description(
    'Installs what the npm package does not bring, into the cache (HOLTER_CACHE_DIR, else ~/.cache/holter), where every command finds it. ' +
      `What is already there is left as it is.\n\n${list.join('\n')}`,
  )
  .addArgument(new Argument('[parts...]', 'default: all but firmware and import').choices(Object.keys(parts)))
  .addOption(json())
  .addHelpText('after', '\nExample: holter setup training')
  .action((wanted: string[], options: { json?: boolean }) => {
    const { status } = spawnSync(process.execPath, [join(root, 'tools', 'setup.mjs'), ...wanted], { stdio: 'inherit' })
    if (options.json) process.stdout.write(readFileSync(recordFile(), 'utf8'))
    process.exitCode = status ?? 1
  })
