import { Command, CommanderError } from 'commander'
import { commands } from './commands/index.ts'
import { printJsonError } from './commands/options.ts'
import { HolterError } from './errors.ts'
import { endProgress } from './report/progress.ts'
import { version } from './version.ts'

/** Exit codes: 0 done, 1 a problem that the message explains, 2 wrong usage. */
const PROBLEM = 1
const USAGE = 2

const program = new Command('holter')
  .description(
    'ECG networks trained in TypeScript, shipped as int8 WebAssembly that equals its reference in every byte',
  )
  .version(version)
  .showHelpAfterError('(holter --help lists the commands)')
  .exitOverride()
for (const command of commands) program.addCommand(marked(command.exitOverride()))

/** Help says of an option without a default whether it must be given; so do the commands below a command. */
function marked(command: Command): Command {
  command.commands.forEach(marked)
  const usual = command.createHelp()
  return command.configureHelp({
    optionDescription: option => `${usual.optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
  })
}

// A reader that closes the pipe early (holter inspect … | head) is no problem of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})

try {
  await program.parseAsync()
} catch (error) {
  endProgress()
  process.exitCode = report(error)
}

/**
 * Prints one clear line on stderr, with --json an object on stdout too, and returns the exit code. A stack is for faults of Holter, and
 * only with HOLTER_DEBUG=1.
 */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    printJsonError(error.message, { stage: 'usage' })
    return USAGE
  }
  if (error instanceof HolterError) {
    console.error(error.message)
    printJsonError(error.message, error.detail)
    return error.detail.stage === 'usage' ? USAGE : PROBLEM
  }
  const fault = error instanceof Error ? error : new Error(String(error))
  const sentence = `[holter] fault of Holter: ${fault.message.split('\n')[0]}. Please report it; HOLTER_DEBUG=1 shows where.`
  console.error(sentence)
  printJsonError(sentence)
  if (process.env.HOLTER_DEBUG) console.error(fault.stack)
  return PROBLEM
}
