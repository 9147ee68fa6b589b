// Step, of a checkout: npm packages, exactly as package-lock.json says.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lacksNpm, npmCi } from './npm.mjs'
import { root } from './places.mjs'

export const packages = {
  name: 'npm packages',
  cost: () => '530 MB on disk, about 20 s',
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
  lacks: () => lacksNpm(),
  async install() {
    await npmCi(root, '--include=dev')
  },
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : undefined
}
