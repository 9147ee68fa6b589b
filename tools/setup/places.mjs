// Where set-up puts things. TypeScript code has the same places in src-ts/places.ts, and learns the results from src-ts/toolchain.ts.
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of package.json: a checkout, or the npm package at a user's. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Only a checkout has the sources; the npm package has what tools/build.mjs made of them. */
export const isCheckout = existsSync(join(root, 'src-ts'))
export const codeDir = join(root, isCheckout ? 'src-ts' : 'dist')

/** Big things that outlive node_modules and serve every checkout and project: libraries of TensorFlow and wasmtime. */
export const cacheDir = process.env.HOLTER_CACHE_DIR || join(homedir(), '.cache', 'holter')

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** What belongs to this installation. A package's own folder may be read-only, and goes with the next `npm install`. */
const ownDir = isCheckout ? join(root, '.cache') : join(cacheDir, `holter-${version}`)

/** Virtual environment of the Python tools that tests compare with. */
export const venvDir = join(ownDir, 'venv')
export const venvPython = join(venvDir, 'bin', 'python')

/** JSON that src-ts/toolchain.ts reads: paths of what is there, and the reasons for what is not. */
export const recordFile = join(ownDir, 'toolchain.json')

/** Part of every cache folder's name: a home directory may be shared between machines. */
export const platform = `${process.platform}-${process.arch}`
