import { Argument, Command } from 'commander'
import { targetNames } from '../package/target.ts'
import { json, printJson } from './options.ts'

/** `holter flash`. */
export const flash = new Command('flash')
  .summary('bring a packaged model onto its device, or boot it in an emulator')
  .description(
    'Checks every hash of a package, then starts it: QEMU boards and the host run the self-test and show its line; ' +
      "real boards are written with the target's flasher.",
  )
  .addArgument(new Argument('<target>', 'target that the package was made for').choices(targetNames()))
  .option('-i, --in <dir>', 'folder of the package (default: build/firmware/TARGET)')
  .option('--host <user@host>', 'device that is reached over ssh')
  .option('--dry-run', 'print the command and run nothing')
  .addOption(json())
  .addHelpText('after', '\nExample: holter flash cortex-m-wasm2c')
  .action(async (name: string, options: { in?: string; host?: string; dryRun?: boolean; json?: boolean }) => {
    const { checkPackage, startLine, startPackage } = await import('../package/flash.ts')
    const { packageFolder } = await import('../runs/package-model.ts')
    const checked = checkPackage(options.in ?? packageFolder(name), name)
    const places: Record<string, string> = options.host ? { host: options.host } : {}
    if (options.dryRun) {
      const command = startLine(checked, places)
      return options.json ? printJson({ target: name, board: checked.board.name, command }) : console.log(command)
    }
    const test = startPackage(checked, places)
    if (options.json) return printJson({ target: name, board: checked.board.name, selfTest: test ?? null })
    console.log(test ? test.line : `${name}: written`)
  })
