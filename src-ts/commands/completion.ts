import { Argument, Command, type Option } from 'commander'
import { shippedModels } from '../shipped-models.ts'
import { type CompletedCommand, type CompletedOption, type Shell, scripts } from './completion-scripts.ts'
import { json, printJson } from './options.ts'

/** `holter completion`: what a shell needs to complete command lines. */
export const completion = new Command('completion')
  .summary('print a script that lets a shell complete command lines')
  .description(
    'Prints a script for bash, zsh or fish that completes commands, options and their values. It completes the word holter: ' +
      'that of a global install, or of a shell function such as holter() { npx holter "$@"; }.',
  )
  .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
  .addOption(json())
  .addHelpText(
    'after',
    '\nExamples: holter completion bash >> ~/.bashrc' +
      '\n          holter completion zsh >> ~/.zshrc    (after compinit)' +
      '\n          holter completion fish > ~/.config/fish/completions/holter.fish',
  )
  .action(async (shell: Shell, options: { json?: boolean }, command: Command) => {
    const script = scripts[shell](completedCommands(command.parent!, await knownNames()))
    if (options.json) printJson({ shell, script })
    else process.stdout.write(script)
  })

/** Names that stand for an argument or an option's value, by the name that help gives it. */
type KnownNames = Readonly<Record<string, readonly string[]>>

async function knownNames(): Promise<KnownNames> {
  const { engines } = await import('../engines/index.ts')
  const { networks } = await import('../networks/index.ts')
  const { tasks } = await import('../tasks/index.ts')
  const names = (things: readonly { readonly name: string }[]) => things.map(thing => thing.name)
  return { model: shippedModels(), network: names(networks), task: names(tasks), engine: names(engines) }
}

/** Returns the program and all its commands, those of `data` among them. */
export function completedCommands(program: Command, known: KnownNames, path = ''): CompletedCommand[] {
  const help = program.createHelp()
  const below = help.visibleCommands(program).filter(command => command.name() !== 'help')
  const [argument] = program.registeredArguments
  const own: CompletedCommand = {
    path,
    commands: below.map(command => ({ word: command.name(), says: command.summary() })),
    words: argument ? (argument.argChoices ?? known[argument.name()] ?? []) : [],
    orFile: argument?.name() === 'model',
    options: help.visibleOptions(program).map(option => completedOption(option, known)),
  }
  const pathOf = (command: Command) => (path ? `${path} ${command.name()}` : command.name())
  return [own, ...below.flatMap(command => completedCommands(command, known, pathOf(command)))]
}

function completedOption(option: Option, known: KnownNames): CompletedOption {
  return {
    long: option.long!,
    short: option.short,
    says: option.description,
    takesValue: option.required || option.optional,
    values: option.argChoices ?? known[/<([^>]+)>/.exec(option.flags)?.[1] ?? ''] ?? [],
  }
}
