/** The program (its path is empty) or one of its commands, as a shell completes it. */
export interface CompletedCommand {
  /** 'train', 'data check'. */
  readonly path: string
  readonly commands: readonly { readonly word: string; readonly says: string }[]
  /** What its first argument may be; none where it is a file. */
  readonly words: readonly string[]
  /** Whether it may be a file as well as one of the words. */
  readonly orFile: boolean
  readonly options: readonly CompletedOption[]
}

export interface CompletedOption {
  readonly long: string
  readonly short?: string
  readonly says: string
  readonly takesValue: boolean
  /** What its value may be; none where it is a file or a number. */
  readonly values: readonly string[]
}

export type Shell = keyof typeof scripts

/**
 * Writers of the scripts. A script holds every word itself, so that completing starts no process and needs nothing but the shell.
 * All three work alike: find out which command the line has come to, then offer values after an option that takes one, options after a
 * dash, commands or words elsewhere, and files where there is no word to offer.
 */
export const scripts = { bash, zsh, fish }

function bash(commands: readonly CompletedCommand[]): string {
  const arms = (text: (command: CompletedCommand) => string | undefined) =>
    commands.flatMap(command => arm([command.path], text(command)))
  return `# bash completion of holter
_holter() {
  local word path= words= files= current=\${COMP_WORDS[COMP_CWORD]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${pathsOf(commands)}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path:\${COMP_WORDS[COMP_CWORD - 1]}" in
${valueArms(commands, values => `words=${quoted(values.join(' '))}`).join('\n')}
    *)
      case $current in
        -*)
          case $path in
${arms(({ options }) => `words=${quoted(options.flatMap(flagsOf).join(' '))}`).join('\n')}
          esac ;;
        *)
          case $path in
${arms(({ commands, words, orFile }) => {
  const all = [...commands.map(({ word }) => word), ...words]
  return all.length ? `words=${quoted(all.join(' '))}${orFile ? ' files=1' : ''}` : undefined
}).join('\n')}
          esac ;;
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ -n "$files" ]; then
    local IFS=$'\\n'
    compopt -o filenames 2> /dev/null
    COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -o default -F _holter holter
`
}

function zsh(commands: readonly CompletedCommand[]): string {
  const described = (entries: readonly { word: string; says: string }[]) =>
    entries.map(({ word, says }) => quoted(`${word}:${says.replaceAll(':', '\\:')}`)).join(' ')
  const arms = (text: (command: CompletedCommand) => string | undefined) =>
    commands.flatMap(command => arm([command.path], text(command)))
  return `#compdef holter
# zsh completion of holter
_holter() {
  local word path_=
  local -a entries
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_:+$path_ }$word" in
      ${pathsOf(commands)}) path_="\${path_:+$path_ }$word" ;;
    esac
  done
  case "$path_:\${words[CURRENT-1]}" in
${valueArms(commands, values => (values.length ? `compadd -- ${values.map(quoted).join(' ')}` : '_files')).join('\n')}
    *)
      case $PREFIX in
        -*)
          case $path_ in
${arms(({ options }) => {
  const entries = options.flatMap(option => flagsOf(option).map(word => ({ word, says: option.says })))
  return `entries=(${described(entries)})`
}).join('\n')}
          esac
          _describe option entries ;;
        *)
          case $path_ in
${arms(({ commands, words, orFile }) => {
  if (commands.length) return `entries=(${described(commands)})`
  return words.length ? `entries=(${words.map(quoted).join(' ')})${orFile ? '; _files' : ''}` : undefined
}).join('\n')}
          esac
          if (( $#entries )); then _describe word entries; else _files; fi ;;
      esac ;;
  esac
}
compdef _holter holter
`
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, commands, words, orFile, options }) => {
    const at = `complete -c holter -n ${quoted(`test (__holter_path) = "${path}"`)}`
    return [
      ...commands.map(({ word, says }) => `${at} -f -a ${word} -d ${quoted(says)}`),
      ...(words.length ? [`${at} ${orFile ? '' : '-f '}-a ${quoted(words.join(' '))}`] : []),
      ...options.map(({ long, short, says, takesValue, values }) => {
        const flags = `${short ? ` -s ${short.slice(1)}` : ''} -l ${long.slice(2)}`
        const value = takesValue ? (values.length ? ` -x -a ${quoted(values.join(' '))}` : ' -r') : ''
        return `${at}${flags}${value} -d ${quoted(says)}`
      }),
    ]
  })
  return `# fish completion of holter
function __holter_path
    set -l path ''
    for word in (commandline -opc)[2..]
        switch (string trim "$path $word")
            case ${commands.flatMap(({ path }) => (path ? [quoted(path)] : [])).join(' ')}
                set path (string trim "$path $word")
        end
    end
    echo "$path"
end
${lines.join('\n')}
`
}

/** The paths of all commands as a pattern of `case` in bash and zsh. */
function pathsOf(commands: readonly CompletedCommand[]): string {
  return commands.flatMap(({ path }) => (path ? [quoted(path)] : [])).join(' | ')
}

/** Arms for the word after an option that takes a value, of every command: PATH:OPTION. */
function valueArms(commands: readonly CompletedCommand[], text: (values: readonly string[]) => string): string[] {
  return commands.flatMap(({ path, options }) =>
    options
      .filter(option => option.takesValue)
      .flatMap(option =>
        arm(
          flagsOf(option).map(flag => `${path}:${flag}`),
          text(option.values),
        ),
      ),
  )
}

function arm(patterns: readonly string[], text: string | undefined): string[] {
  return text === undefined ? [] : [`    ${patterns.map(quoted).join(' | ')}) ${text} ;;`]
}

function flagsOf({ long, short }: CompletedOption): string[] {
  return short ? [short, long] : [long]
}

/** A word of bash, zsh and fish that means itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
