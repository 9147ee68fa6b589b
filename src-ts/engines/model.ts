import { type Build, build, type ModuleOptions, planModule } from '../codegen/build.ts'
import { HolterError } from '../errors.ts'
import { readFile, sha256 } from '../files.ts'
import type { IntGraph } from '../ir/graph.ts'
import { type Flavour, flavourRow } from '../ops/flavour.ts'
import type { Plan } from '../plan/plan.ts'
import { modelPath } from '../shipped-models.ts'
import { foreignFolder } from '../tflite/foreign.ts'
import { readTflite, writeTflite } from '../tflite/index.ts'
import type { RunnableModel } from './engine.ts'

/** A model that is compiled at most once in each flavour: what is written, proved and scored are the same bytes. */
export interface CompiledModel extends RunnableModel {
  /** How it becomes a module; nothing is compiled. */
  plan(flavour: Flavour): Plan
  build(flavour: Flavour): Promise<Build>
}

/** Returns a .tflite file as something engines can run; modules are compiled when they are first asked for. */
export function runnable(tflite: Uint8Array, name: string, options?: ModuleOptions): CompiledModel {
  const graph = readTflite(tflite, name)
  const builds = new Map<Flavour, Promise<Build>>()
  const plan = (flavour: Flavour) => planModule(graph, flavour, options)
  const once = (flavour: Flavour) => {
    const made = builds.get(flavour) ?? build(plan(flavour), sha256(tflite))
    builds.set(flavour, made)
    return made
  }
  return {
    graph,
    tflite,
    plan,
    build: once,
    module: async flavour => (await once(flavourRow(flavour).name)).wasm,
  }
}

/** Returns the model as its file says it: written, then read back, so that nothing is proved about what was not saved. */
export function toModel(graph: IntGraph, name: string): CompiledModel {
  return runnable(writeTflite(graph), name)
}

/** Reads a .tflite file from disk, or a model that ships by its name; its modules are made for speed, unless options ask for fewer bytes. */
export function loadModel(path: string, options?: ModuleOptions): CompiledModel {
  const folder = foreignFolder(path)
  if (folder) {
    const problem = `this is ${folder.what}, not a .tflite file`
    throw new HolterError({ stage: 'tflite', where: path, problem, hint: folder.hint })
  }
  return runnable(readFile(modelPath(path, 'int8'), 'Give the path of an int8 .tflite file'), path, options)
}
