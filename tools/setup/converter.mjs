// Step, on demand (npx holter setup import): a virtual environment with what src-ts/tflite/converter.py needs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir, platform, root } from './places.mjs'
import { intoPlace, retry, run, SetupProblem } from './shell.mjs'

const requirementsFile = join(root, 'tools', 'import-requirements.txt')
const hash = createHash('sha256').update(readFileSync(requirementsFile)).digest('hex').slice(0, 12)
/** Another list is another folder; all checkouts and projects share it. */
const environmentDir = join(cacheDir, `import-${hash}-${platform}`)
const environmentPython = join(environmentDir, 'bin', 'python')

/** TensorFlow has packages for these only. */
const names = ['python3', 'python3.12', 'python3.11', 'python3.10']
const question =
  'import sys, venv, ensurepip; sys.exit(not (sys.maxsize > 2**32 and (3, 10) <= sys.version_info < (3, 13)))'
const hint = 'Install one with its venv module (Debian, Ubuntu: apt-get install python3-venv)'

export const converter = {
  name: 'converter',
  part: 'import',
  onDemand: true,
  cost: () => '400 MB download, 1.6 GB on disk, about two minutes',
  ready: () => (existsSync(environmentPython) ? { converterPython: environmentPython } : undefined),
  lacks: () => (fittingPython() ? undefined : `no Python 3.10, 3.11 or 3.12 is here. ${hint}`),
  install: () =>
    intoPlace(environmentDir, async dir => {
      await run(fittingPython(), ['-m', 'venv', dir], { limitSeconds: 120 })
      const args = ['-m', 'pip', 'install', '--quiet', '--retries=2', '--no-deps', '--only-binary=:all:']
      await retry(() => run(join(dir, 'bin', 'python'), [...args, '-r', requirementsFile])).catch(problem => {
        throw new SetupProblem(problem.message, 'Check the network and the pip index setting')
      })
    }),
}

function fittingPython() {
  return names.find(name => spawnSync(name, ['-c', question], { timeout: 20_000 }).status === 0)
}
