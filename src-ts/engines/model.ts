import { build, flavours } from '../codegen/build.ts'
import { HolterError } from '../errors.ts'
import { readFile, sha256 } from '../files.ts'
import type { Flavour } from '../ops/kernel.ts'
import { readTflite } from '../tflite/index.ts'
import type { RunnableModel } from './engine.ts'

/** Returns a .tflite file as something engines can run; modules are compiled when they are first asked for. */
export function runnable(tflite: Uint8Array, name: string): RunnableModel {
  const graph = readTflite(tflite, name)
  const modules = new Map<string, Promise<Uint8Array>>()
  return {
    graph,
    tflite,
    module(flavour) {
      if (!flavours.includes(flavour as Flavour)) {
        throw new HolterError({
          stage: 'usage',
          where: flavour,
          problem: 'no such flavour',
          expected: flavours.join(' or '),
        })
      }
      const known = modules.get(flavour)
      if (known) return known
      const made = build(graph, flavour as Flavour, sha256(tflite)).then(b => b.wasm)
      modules.set(flavour, made)
      return made
    },
  }
}

/** Reads a .tflite file from disk. */
export function loadModel(path: string): RunnableModel {
  return runnable(readFile(path, 'Give the path of an int8 .tflite file'), path)
}
