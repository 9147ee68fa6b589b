import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const program = 'tools/holter.mjs'

/** Runs the command line to its end, with no data but what the arguments name. */
export function runHolter(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8', env: environment() })
}

/** Starts the command line and lets it run. */
export function startHolter(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, env: environment() })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', chunk => {
      texts[name] += chunk
    })
  }
  return { child, ended: new Promise(resolve => child.on('close', status => resolve({ status, ...texts }))) }
}

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Process ids of this machine whose command line holds `text`; zombies have none. */
export function processesWith(text: string): number[] {
  const ids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return ids.filter(id => commandLine(id).includes(text)).map(Number)
}

/** Waits until `holds`, at most `limitMs`; tells whether it came to hold. */
export async function waitUntil(holds: () => boolean, limitMs = 120_000): Promise<boolean> {
  const end = performance.now() + limitMs
  while (!holds()) {
    if (performance.now() > end) return false
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return true
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function environment(): NodeJS.ProcessEnv {
  const { ECG_DATA_DIR: _, ...env } = process.env
  return { ...env, NO_COLOR: '1' }
}
