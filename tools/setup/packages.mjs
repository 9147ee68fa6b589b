// Step: npm packages, exactly as package-lock.json says.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.mjs'
import { retry, run, SetupProblem, which } from './shell.mjs'

export const packages = {
  name: 'npm packages',
  cost: () => '570 MB on disk, about 20 s',
  /** Nothing works without them. */
  required: true,
  /** npm writes node_modules/.package-lock.json last: it tells a whole and current installation from any other. */
  ready() {
    const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'))
    const wanted = packagesOf(join(root, 'package-lock.json')) ?? {}
    if (!installed) return undefined
    const same = Object.entries(wanted).every(([path, { version, optional }]) =>
      path === '' ? true : path in installed ? installed[path].version === version : optional,
    )
    return same ? {} : undefined
  },
  lacks: () => (npm() ? undefined : 'npm is missing. Install Node.js 20, 22 or 24 together with npm'),
  async install() {
    const [program, ...first] = npm()
    // No package may run scripts here: the native library of tfjs-node has its own step.
    const args = [
      'ci',
      '--ignore-scripts',
      '--include=dev',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--loglevel=error',
    ]
    await retry(() => run(program, [...first, ...args], { cwd: root })).catch(problem => {
      throw new SetupProblem(problem.message, 'Check the network and the npm registry setting, then run npm ci')
    })
  },
}

/** The npm that runs us, else the one on PATH, as the beginning of a command line. */
function npm() {
  const path = process.env.npm_execpath
  if (path?.endsWith('npm-cli.js') && existsSync(path)) return [process.execPath, path]
  return which('npm') ? ['npm'] : undefined
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : undefined
}
