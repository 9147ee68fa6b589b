import { basename, join } from 'node:path'
import { loadModel } from '../engines/model.ts'
import { defaultFlavours, type Flavour } from '../ops/flavour.ts'
import { writeModules } from './write-modules.ts'

export interface CompileInput {
  /** A .tflite file of int8 (or 16×8) arithmetic. */
  readonly model: string
  /** Default: all that are built by default. */
  readonly flavour?: Flavour
  /** Modules for small files and little memory instead of speed. */
  readonly small?: boolean
  /** 'min' computes strips of long chains of layers where that makes the arena smaller; slower. */
  readonly ram?: 'min'
  /** Folder to write into; made as needed. Default: build/NAME. */
  readonly out?: string
}

/** Makes kernels, modules, a C header and a manifest of a model and writes them below `out`; returns the folder, the builds and what was written. */
export async function compile({ model, flavour, small, ram, out: given }: CompileInput) {
  const name = basename(model).replace(/\.tflite$/, '')
  const out = given ?? join('build', name)
  const flavours = flavour ? [flavour] : defaultFlavours
  return {
    out,
    ...(await writeModules(loadModel(model, { goal: small ? 'size' : 'speed', ram }), name, out, flavours)),
  }
}
