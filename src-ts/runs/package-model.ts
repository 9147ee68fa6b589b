import { basename, join } from 'node:path'
import { allInputRows } from '../engines/input.ts'
import { loadModel } from '../engines/model.ts'
import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import type { Adc } from '../ir/input-map.ts'
import { readNpy } from '../npy.ts'
import { packageModel } from '../package/package.ts'
import { boardOf, readTarget } from '../package/target.ts'
import { givenVectors, seededVectors } from '../package/vectors.ts'
import type { Context } from '../watch.ts'
import { monitorModel } from './package-monitor.ts'

export interface PackageInput {
  /** A .tflite file of int8 (or 16×8) arithmetic. */
  readonly model: string
  readonly target: string
  /** Default: the target's first. */
  readonly board?: string
  /** .npy files, one for each input of the model; vectors from the seed where there are none. */
  readonly vectors?: readonly string[]
  readonly count: number
  readonly seed: number
  readonly adc: Adc
  /** A recording for which the device is to be a monitor, with the network for its beats; the self-test plays `seconds` of it. */
  readonly monitor?: string
  readonly seconds: number
  readonly rules?: string
  /** Folder to write into. Default: `packageFolder` of the target. */
  readonly out?: string
}

/** Folder that `package` writes and `flash` reads where none is named. */
export function packageFolder(target: string): string {
  return join('build', 'firmware', target)
}

/** Builds a model for a board with its self-test, writes the package, and returns its manifest and folder. */
export async function packageForDevice(input: PackageInput, context: Context = {}) {
  const target = readTarget(input.target)
  const board = boardOf(target, input.board)
  const model = loadModel(input.model)
  const out = input.out ?? packageFolder(target.name)
  const name = basename(input.model).replace(/\.tflite$/, '')
  if (input.monitor !== undefined) {
    if (target.form === 'wasm3') throw noInterpreter(target.name)
    const order = { record: input.monitor, seconds: input.seconds, rules: input.rules }
    const { packaged, options } = await monitorModel(input.model, model, order, context)
    const manifest = await packageModel(packaged, name, target, board, { adc: input.adc, ...options }, out)
    return { out, manifest }
  }
  const vectors = input.vectors
    ? await vectorsOf(model, input.vectors)
    : await seededVectors(model, input.count, input.seed)
  const manifest = await packageModel(model, name, target, board, { adc: input.adc, vectors }, out)
  return { out, manifest }
}

function noInterpreter(where: string): HolterError {
  return new HolterError({
    stage: 'usage',
    where,
    problem: 'a monitor does not fit beside the interpreter in its RAM',
    hint: 'Take a target with C or wasmtime, as cortex-m-wasm2c',
  })
}

function vectorsOf(model: ReturnType<typeof loadModel>, paths: readonly string[]) {
  const arrays = paths.map(path => ({ ...readNpy(readFile(path), path), where: path }))
  const { rows, count } = allInputRows(model.graph, arrays)
  return givenVectors(model, rows, count)
}
