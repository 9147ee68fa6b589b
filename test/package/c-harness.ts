import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { targetsFolder } from '../../src-ts/package/target.ts'
import { firmwareTool, programOnPath } from '../../src-ts/toolchain.ts'

const SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g', '-O1']

/** Why nothing in C can be built here, or undefined. */
export function missingForC(): string | undefined {
  if (spawnSync('cc', ['--version']).error) return 'cc is missing (apt-get install gcc libc6-dev)'
  if (!firmwareTool('wasm2c')) return 'wasm2c is missing (npx holter setup firmware)'
  return undefined
}

/** Why a program of a target cannot be run here, or undefined. */
export function missingProgram(name: string): string | undefined {
  return programOnPath(name) ? undefined : `${name} is missing`
}

/** How many mutated files a loader is given: ten thousand with HOLTER_LONG=1. */
export const MUTATIONS = process.env.HOLTER_LONG === '1' ? 10_000 : 300

/** Compiles C files with the address and the undefined-behaviour sanitizer, beside all of firmware-targets' sources, and returns the program's path. */
export function sanitized(
  files: Readonly<Record<string, string>>,
  sources: readonly string[],
  flags: readonly string[] = [],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'holter-c-'))
  for (const room of ['abi', 'runtime'])
    for (const name of readdirSync(join(targetsFolder, room)))
      copyFileSync(join(targetsFolder, room, name), join(folder, name))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const all = [...Object.keys(files).filter(name => name.endsWith('.c')), ...sources]
  execFileSync('cc', ['-std=gnu11', '-Wall', '-Wextra', ...SANITIZE, ...all, ...flags, '-o', 'program'], {
    cwd: folder,
    stdio: 'pipe',
  })
  return join(folder, 'program')
}

/** C files of this folder, by their names. */
export function testSources(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [name, readFileSync(new URL(name, import.meta.url), 'utf8')]))
}

/** Runs a program with text on stdin and returns its lines; a sanitizer's finding is an error. */
export function linesOf(program: string, input: string, args: readonly string[] = []): string[] {
  const { stdout, stderr, status } = spawnSync(program, args, {
    cwd: dirname(program),
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(`exit code ${status}: ${stderr.split('\n').slice(0, 6).join(' ')}`)
  return stdout.trimEnd().split('\n')
}
