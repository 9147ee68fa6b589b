import { existsSync, readFileSync } from 'node:fs'

/** What set-up (tools/setup.mjs) writes into .cache/toolchain.json. */
interface Record {
  readonly python?: string
  readonly wasmtimeHost?: string
  readonly wasm2c?: string
  readonly wasm3?: string
  readonly piLibrary?: string
  readonly piCompiler?: string
  readonly leftOut?: { readonly [part: string]: { readonly reason: string } }
}

const recordFile = new URL('../.cache/toolchain.json', import.meta.url)

function record(): Record {
  return existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8')) : {}
}

/** Returns the python of the virtual environment with numpy, wfdb, scikit-learn and tflite-micro, or undefined without one. */
export function venvPython(): string | undefined {
  return present(record().python)
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

function present(path: string | undefined): string | undefined {
  return path && existsSync(path) ? path : undefined
}
