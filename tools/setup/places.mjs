// Where set-up puts things. TypeScript code learns the results from src-ts/toolchain.ts, which reads the record.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Big things that outlive node_modules and serve every checkout: libraries of TensorFlow and wasmtime. */
export const cacheDir = process.env.HOLTER_CACHE_DIR || join(homedir(), '.cache', 'holter')

/** Virtual environment of the Python tools that tests compare with. */
export const venvDir = join(root, '.cache', 'venv')
export const venvPython = join(venvDir, 'bin', 'python')

/** JSON that src-ts/toolchain.ts reads: paths of what is there, and the reasons for what is not. */
export const recordFile = join(root, '.cache', 'toolchain.json')

/** Part of every cache folder's name: a home directory may be shared between machines. */
export const platform = `${process.platform}-${process.arch}`
