import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cacheDir, isCheckout, root } from './places.ts'
import { version } from './version.ts'

/** What set-up (tools/setup.mjs) writes into toolchain.json. */
interface Record {
  readonly training?: string
  readonly descriptors?: string
  readonly python?: string
  readonly converterPython?: string
  readonly wasmtimeHost?: string
  readonly wasm2c?: string
  readonly wasm3?: string
  readonly piLibrary?: string
  readonly piCompiler?: string
  readonly leftOut?: { readonly [part: string]: { readonly reason: string } }
}

/** Returns the file of what set-up found, of this installation: beside the code of a checkout; a package's own folder may be read-only, and goes with the next npm install. */
export function recordFile(): string {
  return join(isCheckout ? join(root, '.cache') : join(cacheDir(), `holter-${version}`), 'toolchain.json')
}

function record(): Record {
  const file = recordFile()
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

/** Returns the folder whose node_modules hold tfjs-node, or undefined without one. */
export function trainingPackages(): string | undefined {
  return present(record().training)
}

/** Returns the path of the Node addon that moves file descriptors (train/descriptors.c), or undefined without one. */
export function descriptorsAddon(): string | undefined {
  return present(record().descriptors)
}

/** Returns the python of the virtual environment with numpy, wfdb, scikit-learn and tflite-micro, or undefined without one. */
export function venvPython(): string | undefined {
  return present(record().python)
}

/** Returns the python of the virtual environment with TensorFlow's converter (tflite/converter.py), or undefined without one. */
export function converterPython(): string | undefined {
  return present(record().converterPython)
}

/** Returns the path of the program that runs modules in wasmtime (engines/wasmtime-host.c), or undefined without one. */
export function wasmtimeHost(): string | undefined {
  return present(record().wasmtimeHost)
}

/**
 * Returns where a part of the firmware tools lies, or undefined without it: the program wasm2c, the sources of wasm3, the folder with
 * wasmtime's library for a Raspberry Pi, the wasmtime that compiles for it.
 */
export function firmwareTool(part: 'wasm2c' | 'wasm3' | 'piLibrary' | 'piCompiler'): string | undefined {
  return present(record()[part])
}

/** Returns why set-up could not install a part ('wasmtime', 'tflite-micro', 'TensorFlow', 'Python'), with what to install, or undefined. */
export function leftOut(part: string): string | undefined {
  return Object.entries(record().leftOut ?? {}).find(([name]) => name.startsWith(part))?.[1].reason
}

/** Returns where the first of these programs lies that is on the PATH, or undefined. */
export function programOnPath(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(runs)
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function present(path: string | undefined): string | undefined {
  return path && existsSync(path) ? path : undefined
}
