import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { skip } from '../helpers/environment.ts'
import { runHolter } from '../helpers/holter-process.ts'

const dir = mkdtempSync(join(tmpdir(), 'holter-completion-'))
writeFileSync(join(dir, 'ecg-own.tflite'), '')
const test = suite('completion scripts in their shells')

/** Writes the script of a shell and returns its path. */
function scriptOf(shell: string): string {
  const { status, stdout, stderr } = runHolter(['completion', shell])
  assert.is(status, 0, stderr)
  const path = join(dir, `holter.${shell}`)
  writeFileSync(path, stdout)
  return path
}

/** Runs a program in a shell that reads no files of its user. */
function inShell(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', cwd: dir, timeout: 30_000 })
  assert.is(status, 0, `${stdout}${stderr}`)
  assert.is(stderr, '')
  return stdout
}

const present = (shell: string) => !spawnSync(shell, ['--version']).error

/** What a line may go on with; the last word is the one that is being typed. */
type Complete = (words: readonly string[]) => string[]

const lines = (text: string) => text.split('\n').filter(Boolean)

const BASH_PROGRAM = `
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_holter; printf '%s\\n' "\${COMPREPLY[@]}"`

const shells: Record<string, (script: string) => Complete> = {
  bash: script => words => lines(inShell('bash', ['--norc', '-c', BASH_PROGRAM, 'bash', script, 'holter', ...words])),
  fish: script => words =>
    lines(
      inShell('fish', ['--no-config', '-c', `source ${script}; complete -C "holter ${words.join(' ')}"`]).replace(
        /\t.*$/gm,
        '',
      ),
    ),
  // Zsh completes on a terminal only, so it gets one, and a compadd that also prints what it adds.
  zsh: script => words => {
    const typed = `holter ${words.join(' ')}`
    const program = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT=; autoload -Uz compinit; compinit -D -u; source ${script}"
zpty -w z 'compadd() { local -a found; builtin compadd -O found "$@"; (( $argv[(I)-O] )) || print -rl -- "<"$^found">"; builtin compadd "$@" }'
zpty -w z 'zle -C listed list-choices _main_complete; bindkey "^T" listed'
zpty -w z 'zle-line-init() { print -r -- ON\\LINE }; zle -N zle-line-init'
zpty -r z seen '*ONLINE*'
zpty -w -n z ${JSON.stringify(typed)}$'\\C-t'$'\\C-u''print THE''-END\\n'
zpty -r z seen '*THE-END*'
print -r -- $seen`
    const seen = inShell('zsh', ['-f', '-c', program])
    return [...new Set([...seen.matchAll(/<([^<>\s]+)>/g)].map(([, word]) => word))]
  },
}

for (const [shell, completing] of Object.entries(shells)) {
  if (!present(shell)) {
    skip('completion scripts in their shells', shell, `it is not installed (apt-get install ${shell})`)
    continue
  }
  test(`${shell} completes commands, options and their values`, () => {
    const complete = completing(scriptOf(shell))
    assert.equal(complete(['comp']).sort(), ['compare', 'compile', 'completion', 'compress'])
    assert.equal(complete(['data', '']).sort(), ['check', 'fetch', 'list'])
    assert.equal(complete(['data', 'check', '--sa']), ['--samples'])
    assert.equal(complete(['train', 'cnn1d-']).sort(), ['cnn1d-student', 'cnn1d-teacher'])
    assert.equal(complete(['train', 'gap-cnn', '--schedule', 'c']).sort(), ['constant', 'cosine'])
    assert.equal(complete(['run', 'm.tflite', '-e', 'wasm']), ['wasmtime'])
    // A model is one that ships or a file.
    assert.equal(complete(['inspect', 'ecg-']).sort(), ['ecg-mcu', 'ecg-tiny', 'ecg-own.tflite'].sort())
    assert.equal(complete(['--ver']), ['--version'])
    // The name of a command is not one where it is an argument.
    assert.equal(complete(['train', 'data', '--schedule', 'one']), ['one-cycle'])
  })
}

test('another shell is a mistake that names those that are known', () => {
  const { status, stderr } = runHolter(['completion', 'tcsh'])
  assert.is(status, 2)
  assert.match(stderr, /Allowed choices are bash, zsh, fish/)
})

test.after(() => rmSync(dir, { recursive: true }))
test.run()
