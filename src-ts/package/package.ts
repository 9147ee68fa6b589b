import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { CompiledModel } from '../engines/model.ts'
import { sha256, temporaryFolder, writeFile } from '../files.ts'
import type { Adc } from '../ir/input-map.ts'
import { checkBudget, type Sizes } from './budget.ts'
import type { Form, MonitorNames, Order } from './form.ts'
import { c } from './form-c.ts'
import { wasm3 } from './form-wasm3.ts'
import { wasmtime } from './form-wasmtime.ts'
import { checkInstructions, countInstructions, estimateInstructions, type Instructions } from './instructions.ts'
import { mustRun } from './programs.ts'
import { type Board, fillOf, type Target, targetsFolder } from './target.ts'
import type { Vectors } from './vectors.ts'

const forms: Readonly<Record<Target['form'], Form>> = { c, wasm3, wasmtime }

/** package.json of a packaged model: what it is, what it takes, and the hash of every file. */
export interface PackageManifest extends Instructions {
  readonly package: 1
  readonly target: string
  readonly board: string
  readonly model: string
  readonly modelSha256: string
  readonly holter: string
  readonly macs: number
  readonly vectors: number
  readonly sizes: Sizes
  readonly files: readonly { readonly file: string; readonly bytes: number; readonly sha256: string }[]
}

/** What a caller may choose. */
export interface PackageOptions {
  readonly adc: Adc
  readonly vectors: Vectors
  readonly monitor?: MonitorNames
}

/**
 * Writes a model for a board of a target into `out`: sources, image, vectors, and package.json. The same input gives the same bytes.
 * Throws HolterError when the model is over the board's budget (by its estimate before anything is compiled, then as measured), and when a program is missing or fails.
 */
export async function packageModel(
  model: CompiledModel,
  name: string,
  target: Target,
  board: Board,
  options: PackageOptions,
  out: string,
): Promise<PackageManifest> {
  const form = forms[target.form]
  const made = await model.build(form.flavour)
  const order: Order = { model, name, made, target, board, ...options }
  checkBudget(form.estimate(order), board, made)
  const estimated = estimateInstructions(order)
  checkInstructions(estimated, board, made)
  const folder = temporaryFolder('package')
  try {
    const names = new Set<string>()
    for (const file of await form.files(order)) {
      writeFileSync(join(folder, file.name), file.contents)
      names.add(file.name)
    }
    for (const source of board.sources) {
      copyFileSync(join(targetsFolder, source), join(folder, basename(source)))
      names.add(basename(source))
    }
    const fill = fillOf(target, board)
    mustRun(board.compile, folder, fill)
    const elf = board.compile.args.includes('image.elf') ? 'image.elf' : board.image
    const sizes = form.measure(order, folder, elf)
    checkBudget(sizes, board, made)
    const instructions = countInstructions(order, folder) ?? estimated
    checkInstructions(instructions, board, made)
    if (board.convert) mustRun(board.convert, folder, fill)
    names.add(board.image)
    const contents = [...names].sort().map(file => [file, readFileSync(join(folder, file))] as const)
    const manifest: PackageManifest = {
      package: 1,
      target: target.name,
      board: board.name,
      model: name,
      modelSha256: made.manifest.modelSha256,
      holter: made.manifest.tools.holter,
      macs: made.manifest.macs,
      vectors: options.vectors.count,
      sizes,
      ...instructions,
      files: contents.map(([file, bytes]) => ({ file, bytes: bytes.length, sha256: sha256(bytes) })),
    }
    for (const [file, bytes] of contents) writeFile(join(out, file), bytes)
    chmodSync(join(out, board.image), 0o755)
    writeFile(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    return manifest
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
