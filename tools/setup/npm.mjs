// npm, which knows the user's registry and proxy.
import { existsSync } from 'node:fs'
import { retry, run, SetupProblem, which } from './shell.mjs'

/** Why no npm package can be had here, or undefined. */
export function lacksNpm() {
  return npm() ? undefined : 'npm is missing. Install Node.js 20, 22 or 24 together with npm'
}

/**
 * Installs into `dir` what its lock file says. No package may run scripts: the native library of tfjs-node has its own step.
 * @param {string} dir
 * @param {readonly string[]} options further options of `npm ci`
 */
export async function npmCi(dir, ...options) {
  const [program, ...first] = npm()
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...options]
  await retry(() => run(program, [...first, ...args], { cwd: dir })).catch(problem => {
    throw new SetupProblem(problem.message, 'Check the network and the npm registry setting, then run it again')
  })
}

/** The npm that runs us, else the one on PATH, as the beginning of a command line. */
function npm() {
  const path = process.env.npm_execpath
  if (path?.endsWith('npm-cli.js') && existsSync(path)) return [process.execPath, path]
  return which('npm') ? ['npm'] : undefined
}
