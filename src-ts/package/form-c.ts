import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HolterError } from '../errors.ts'
import { temporaryFolder } from '../files.ts'
import { firmwareTool } from '../toolchain.ts'
import type { Sizes } from './budget.ts'
import { arrayText, modelSource, regionsOf } from './c-model.ts'
import { bytesOfImage } from './elf-sizes.ts'
import type { Form, Order, PackageFile } from './form.ts'
import { modelHeader } from './model-header.ts'
import { mustRun } from './programs.ts'

/** Flash and RAM of start-up, self-test and C library on a Cortex-M, and code of a network, rounded up from what was measured. */
const RUNTIME = { flash: 6144, code: 8192, ram: 512 }

/** The module as C, by wasm2c: weights in flash, a static arena, nothing else in RAM. */
export const c: Form = {
  flavour: 'firmware',
  async files(order) {
    const { made, adc } = order
    return [
      { name: 'model.c', contents: modelSource(made, toC(made.wasm), adc) },
      { name: 'model.h', contents: modelHeader(order) },
      vectorsSource(order),
    ]
  },
  estimate({ made, vectors, board }) {
    const regions = regionsOf(made)
    return {
      weights: regions.constantBytes,
      code: RUNTIME.code,
      runtime: RUNTIME.flash,
      vectors: vectors.file.length,
      arena: regions.ramBytes,
      otherRam: RUNTIME.ram,
      stack: board.budget.stackBytes,
    }
  },
  measure({ made, vectors, board }, folder, elf): Sizes {
    const regions = regionsOf(made)
    const image = bytesOfImage(board.compile, folder, elf, /^module_/)
    const weights = regions.constantBytes
    return {
      weights,
      code: image.code,
      runtime: image.flash - weights - image.code - vectors.file.length,
      vectors: vectors.file.length,
      arena: regions.ramBytes,
      otherRam: image.ram - regions.ramBytes,
      stack: board.budget.stackBytes,
    }
  },
}

/** The vectors as a C array in a section of their own. */
export function vectorsSource({ vectors }: Order): PackageFile {
  const lines = arrayText('holter_vectors', String(vectors.file.length), vectors.file)
  lines[0] = lines[0].replace(/^static /, '').replace('aligned(16)', 'section(".self_test"), aligned(4)')
  const text = [
    '#include "self-test.h"',
    '',
    ...lines,
    `const uint32_t holter_vectors_bytes = ${vectors.file.length};`,
    '',
  ]
  return { name: 'vectors.c', contents: text.join('\n') }
}

/** What wasm2c writes for a module under the name `model`. */
export function toC(wasm: Uint8Array): string {
  const program = firmwareTool('wasm2c')
  if (!program) {
    throw new HolterError({
      stage: 'package',
      where: 'wasm2c',
      problem: 'this program is missing',
      hint: 'Run npx holter setup firmware',
    })
  }
  const folder = temporaryFolder('wasm2c')
  try {
    writeFileSync(join(folder, 'model.wasm'), wasm)
    mustRun({ program, args: ['-n', 'model', '-o', 'model.c', 'model.wasm'], install: '' }, folder, {})
    return readFileSync(join(folder, 'model.c'), 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
