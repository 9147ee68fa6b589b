// Step: the npm packages that train, exactly as training/npm-shrinkwrap.json says. They are no dependencies of Holter: tfjs-node runs a
// script as it is installed, which fetches 274 MB or fails, and nobody who only compiles models should wait for that.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lacksNpm, npmCi } from './npm.mjs'
import { cacheDir, root } from './places.mjs'
import { intoPlace } from './shell.mjs'

const wanted = join(root, 'tools', 'setup', 'training')
const lock = createHash('sha256')
  .update(readFileSync(join(wanted, 'npm-shrinkwrap.json')))
  .digest('hex')

/** Folder whose node_modules hold tfjs-node; another lock file is another folder, and all checkouts and projects share it. */
export const trainingDir = join(cacheDir, `training-${lock.slice(0, 12)}`)

export const training = {
  name: 'npm packages that train',
  part: 'training',
  cost: () => '290 MB on disk, about 10 s',
  ready: () => (existsSync(trainingDir) ? { training: trainingDir } : undefined),
  lacks: () => lacksNpm(),
  install: () =>
    intoPlace(trainingDir, async dir => {
      cpSync(wanted, dir, { recursive: true })
      await npmCi(dir)
    }),
}
