// Step: a virtual environment with the Python tools that Holter is compared with. Only tests and `verify` use it.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, venvDir, venvPython } from './places.mjs'
import { retry, run, SetupProblem, which } from './shell.mjs'

const requirementsFile = join(root, 'tools', 'python-requirements.txt')
/** Written last; holds the hash of the requirements that are installed, and why tflite-micro is not when it is not. */
const stampFile = join(venvDir, 'holter-stamp.json')
const hint = 'Install Python 3.11 or newer with its venv module (Debian, Ubuntu: apt-get install python3-venv)'

export const python = {
  name: 'Python tools',
  part: 'python',
  cost: () => '120 MB download, 520 MB on disk, about a minute',
  ready() {
    if (!existsSync(venvPython) || !existsSync(stampFile)) return undefined
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8'))
    if (stamp.requirements !== hash(requirementsFile)) return undefined
    return { python: venvPython, leftOut: stamp.tfliteMicro ? { 'tflite-micro': stamp.tfliteMicro } : {} }
  },
  lacks: () => (which('python3') ? undefined : `python3 is missing. ${hint}`),
  async install(say) {
    rmSync(stampFile, { force: true })
    const usable = existsSync(venvPython) && (await run(venvPython, ['-m', 'pip', '--version']).catch(() => undefined))
    if (!usable) await makeVenv()
    const lines = readFileSync(requirementsFile, 'utf8')
      .split('\n')
      .filter(line => line && !line.startsWith('#'))
    const mayLack = line => line.startsWith('tflite-micro') || line.startsWith('pymicro-wakeword')
    await pip(lines.filter(line => !mayLack(line)))
    await pip(lines.filter(line => line.startsWith('pymicro-wakeword'))).catch(problem => say(problem.message))
    const tfliteMicro = await installTfliteMicro(
      lines.find(line => line.startsWith('tflite-micro')),
      say,
    )
    writeFileSync(stampFile, JSON.stringify({ requirements: hash(requirementsFile), tfliteMicro }))
  },
}

async function makeVenv() {
  try {
    await run('python3', ['-m', 'venv', '--clear', venvDir], { limitSeconds: 120 })
  } catch (problem) {
    rmSync(venvDir, { recursive: true, force: true })
    throw new SetupProblem(`python3 cannot make a virtual environment (${problem.message})`, hint)
  }
}

async function pip(requirements) {
  const args = ['-m', 'pip', 'install', '--quiet', '--retries=2', '--prefer-binary', ...requirements]
  await retry(() => run(venvPython, args)).catch(problem => {
    throw new SetupProblem(problem.message, 'Check the network and the pip index setting')
  })
}

/** Installs TFLM and returns undefined, or why it cannot be had. Its packages are nightly builds that disappear with time. */
async function installTfliteMicro(pin, say) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'tflite-micro has packages for x86-64 Linux only'
  try {
    await pip([pin])
    return undefined
  } catch {
    try {
      await pip(['--pre', 'tflite-micro'])
      const freeze = await run(venvPython, ['-m', 'pip', 'freeze'])
      say(`${pin} is gone; took ${freeze.split('\n').find(line => /^tflite.micro=/i.test(line))} instead`)
      return undefined
    } catch (problem) {
      return `tflite-micro cannot be installed (${problem.message})`
    }
  }
}

function hash(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
