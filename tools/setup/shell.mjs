// What the set-up steps do to the machine: run a program, try again, put a folder in place all at once.
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'

/** Something the user can repair: what went wrong, and what to install or do. Both without a full stop. */
export class SetupProblem extends Error {
  constructor(problem, hint) {
    super(hint ? `${problem}. ${hint}` : problem)
    this.name = 'SetupProblem'
  }
}

/** Returns the path of a program on PATH, or undefined. */
export function which(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program)
    try {
      accessSync(path, constants.X_OK)
      if (statSync(path).isFile()) return path
    } catch {
      // not here, look further
    }
  }
  return undefined
}

/**
 * Runs a program to its end and returns its standard output.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, limitSeconds?: number, stalled?: () => boolean }} options
 *   `env` is added to the process's own; `stalled` is asked every second and ends the program when it returns true.
 * @throws {SetupProblem} with the last line that the program wrote.
 */
export function run(program, args, { cwd, env, limitSeconds = 900, stalled } = {}) {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that a limit also ends what the program started.
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const began = Date.now()
    let out = ''
    let err = ''
    let ended
    const end = why => {
      ended = why
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // it has ended by itself meanwhile
      }
    }
    const interrupted = () => {
      end('was interrupted')
      process.exit(130)
    }
    const clock = setInterval(() => {
      if (Date.now() - began > limitSeconds * 1000) end(`did not end within ${limitSeconds} s`)
      else if (stalled?.()) end('got no answer')
    }, 1000)
    const settle = () => {
      clearInterval(clock)
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    }
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
    child.stdout.on('data', chunk => {
      out += chunk
    })
    child.stderr.on('data', chunk => {
      err += chunk
    })
    child.on('error', error => {
      settle()
      reject(new SetupProblem(`${basename(program)} cannot be run (${error.code})`))
    })
    child.on('close', code => {
      settle()
      if (code === 0 && !ended) return resolve(out)
      const why = ended ?? (lastLine(err) || lastLine(out) || `exit code ${code}`)
      reject(new SetupProblem(`${basename(program)} ${ended ? why : `failed: ${why}`}`))
    })
  })
}

/** Returns the line that says most about a failure, by the habits of node, pip, cc and npm; the last line when none shows. */
function lastLine(text) {
  const lines = text.split(/[\r\n]+/).map(line => line.trim())
  const said = lines.filter(line => line && !/^(at |\[notice\]|Node\.js v)/.test(line))
  const line =
    said.find(line => /^npm error (?!code|errno|syscall|path)/.test(line)) ??
    said.findLast(line => /\w*error: |not found|no such|no space|cannot find/i.test(line)) ??
    said.at(-1) ??
    ''
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}

/** Returns what `work` returns; a failure is tried again after each of the waits, for networks have bad moments. */
export async function retry(work, waitsSeconds = [2, 8]) {
  for (const seconds of waitsSeconds) {
    try {
      return await work()
    } catch (problem) {
      if (!(problem instanceof SetupProblem)) throw problem
      await new Promise(resolve => setTimeout(resolve, seconds * 1000))
    }
  }
  return await work()
}

/**
 * Makes the folder `target` by filling a neighbour and renaming it, so that it is whole or absent, whatever interrupts.
 * When another process puts it there first, that one stays.
 */
export async function intoPlace(target, fill) {
  mkdirSync(dirname(target), { recursive: true })
  removeAbandoned(target)
  const partial = `${target}.partial-${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    await fill(partial)
    if (existsSync(target)) return
    renameSync(partial, target)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** Removes what interrupted set-ups left beside `target`. */
function removeAbandoned(target) {
  for (const name of readdirSync(dirname(target))) {
    const pid = name.startsWith(`${basename(target)}.partial-`) ? Number(name.split('-').at(-1)) : undefined
    if (pid && !isRunning(pid)) rmSync(join(dirname(target), name), { recursive: true, force: true })
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
