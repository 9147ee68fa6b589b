// Libraries that projects publish inside Python wheels: a wheel is a zip file, and pip knows the user's index and proxy.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { venvPython } from './places.mjs'
import { retry, run, SetupProblem, which } from './shell.mjs'

/** Why no wheel can be had here, or undefined. */
export function lacksPip() {
  if (existsSync(venvPython) || which('python3')) return undefined
  return 'python3 is missing. Install Python with pip (Debian, Ubuntu: apt-get install python3-venv)'
}

/**
 * Downloads the wheel of `requirement` and unpacks the members that match `members` (a Python regular expression) into `dir`.
 * @param {readonly string[]} options further options of `pip download`: a platform, a Python version
 */
export async function unpackWheel(requirement, members, dir, options = []) {
  const python = existsSync(venvPython) ? venvPython : 'python3'
  const wheels = join(dir, 'wheels')
  mkdirSync(wheels, { recursive: true })
  // pip unpacks in TMPDIR and keeps a copy in its cache: hundreds of megabytes that belong into neither.
  const env = { TMPDIR: wheels, PIP_NO_CACHE_DIR: '1' }
  const args = ['-m', 'pip', 'download', '--quiet', '--retries=2', '--no-deps', '--only-binary=:all:', '-d', wheels]
  await retry(() => run(python, [...args, ...options, requirement], { env })).catch(problem => {
    const hint = 'Check the network, the pip index setting and that python3 has pip (apt-get install python3-pip)'
    throw new SetupProblem(`${requirement} could not be downloaded: ${problem.message}`, hint)
  })
  const wheel = readdirSync(wheels).find(name => name.endsWith('.whl'))
  await run(python, ['-c', unpack, join(wheels, wheel), members, dir])
  rmSync(wheels, { recursive: true })
}

const unpack = `
import re, sys, zipfile
wheel, members, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [name for name in archive.namelist() if re.search(members, name)])
`
