import { spawnSync } from 'node:child_process'
import { HolterError } from '../errors.ts'
import type { Call } from './target.ts'

/** What a program said. */
export interface Said {
  readonly out: string
  readonly err: string
  readonly code: number
}

/**
 * Runs a program of a target to its end in `folder` and returns what it said. `fill` gives the values of `{…}` in its arguments.
 * Throws HolterError when it is missing, naming how to get it, and when it takes longer than `limitSeconds`.
 */
export function runProgram(
  call: Call,
  folder: string,
  fill: Readonly<Record<string, string>>,
  limitSeconds = 600,
): Said {
  const { program, args } = filled(call, fill)
  const { stdout, stderr, status, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout: limitSeconds * 1000,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ETIMEDOUT') fail(program, `did not end within ${limitSeconds} s`)
  if (error)
    fail(program, code === 'ENOENT' ? 'this program is missing' : `cannot be run: ${error.message}`, call.install)
  return { out: stdout, err: stderr, code: status ?? 1 }
}

/** Runs a program that must succeed, and returns its standard output. */
export function mustRun(call: Call, folder: string, fill: Readonly<Record<string, string>>): string {
  const { out, err, code } = runProgram(call, folder, fill)
  if (code === 0) return out
  const lines = (err || out).split('\n')
  const line = lines.find(text => /error|undefined|overflow|will not fit/i.test(text)) ?? lines.find(Boolean) ?? ''
  return fail(call.program, `failed: ${line.trim() || `exit code ${code}`}`)
}

/** The command line with its places filled in. */
export function filled(
  { program, args }: Call,
  fill: Readonly<Record<string, string>>,
): { program: string; args: string[] } {
  const put = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, place: string) => {
      if (place in fill) return fill[place]
      throw new HolterError({
        stage: 'package',
        where: program,
        problem: `{${place}} is not known here`,
        hint: place === 'host' ? 'Give --host' : undefined,
      })
    })
  return { program: put(program), args: args.map(put) }
}

function fail(program: string, problem: string, install?: string): never {
  const hint = install && `Install it (Debian, Ubuntu: apt-get install ${install})`
  throw new HolterError({ stage: 'package', where: program, problem, hint })
}
