// Step: the addon that keeps the library of the PyPI package silent as it is loaded; the one that tfjs-node's installer fetches needs none.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir, codeDir, platform } from './places.mjs'
import { intoPlace, run, which } from './shell.mjs'
import { isByWheel } from './tensorflow.mjs'
import { trainingDir } from './training.mjs'

const source = join(codeDir, 'train', 'descriptors.c')
/** Another source is another addon: two checkouts may share the cache. */
const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12)
const folder = join(cacheDir, `descriptors-${hash}-${platform}`)
const file = 'descriptors.node'
const addon = join(folder, file)

export const descriptors = {
  name: "silence of TensorFlow's first lines",
  part: 'training',
  cost: () => 'an addon of two functions, 1 s',
  ready() {
    if (existsSync(addon)) return { descriptors: addon }
    return isByWheel() ? undefined : {}
  },
  lacks: () => (which('cc') ? undefined : 'a C compiler is missing. Install one (Debian, Ubuntu: apt-get install gcc)'),
  install: () =>
    intoPlace(folder, async dir => {
      const headers = join(trainingDir, 'node_modules', 'node-api-headers', 'include')
      await run('cc', ['-shared', '-fPIC', '-std=c11', '-O2', '-Wall', `-I${headers}`, source, '-o', join(dir, file)])
    }),
}
