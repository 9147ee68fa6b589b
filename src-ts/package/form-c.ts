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
      ...vectorFiles(order),
    ]
  },
  estimate(order) {
    const { made, board } = order
    const regions = regionsOf(made)
    return {
      weights: regions.constantBytes,
      code: RUNTIME.code,
      runtime: RUNTIME.flash,
      vectors: vectorBytes(order),
      arena: regions.ramBytes,
      otherRam: RUNTIME.ram,
      stack: board.budget.stackBytes,
    }
  },
  measure(order, folder, elf): Sizes {
    const { made, board } = order
    const regions = regionsOf(made)
    const image = bytesOfImage(board.compile, folder, elf, /^module_/)
    const weights = regions.constantBytes
    return {
      weights,
      code: image.code,
      runtime: image.flash - weights - image.code - vectorBytes(order),
      vectors: vectorBytes(order),
      arena: regions.ramBytes,
      otherRam: image.ram - regions.ramBytes,
      stack: board.budget.stackBytes,
    }
  },
}

/** The vectors as a file, and, where the board has them in flash, as a C array in a section of its own with what reads it. */
export function vectorFiles({ vectors: { file }, board }: Order): PackageFile[] {
  const plain = { name: 'vectors.bin', contents: file }
  if (board.vectors === 'file') return [plain]
  const text = ['#include "self-test.h"', '#include <string.h>', '', ...readerText(file), '']
  return [plain, { name: 'vectors.c', contents: text.join('\n') }]
}

/** `holter_read_vectors` of self-test.h, as C. */
export function readerText(file: Uint8Array): string[] {
  const lines = arrayText('vectors', String(file.length), file)
  lines[0] = lines[0].replace('aligned(16)', 'section(".self_test"), aligned(4)')
  return [
    ...lines,
    'uint32_t holter_read_vectors(void *to, uint32_t bytes) {',
    '  static uint32_t at;',
    '  const uint32_t left = sizeof vectors - at, taken = bytes < left ? bytes : left;',
    '  memcpy(to, vectors + at, taken);',
    '  at += taken;',
    '  return taken;',
    '}',
  ]
}

/** Bytes of the vectors in a board's flash. */
export function vectorBytes({ vectors, board }: Order): number {
  return board.vectors === 'file' ? 0 : vectors.file.length
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
