import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileProgram } from '../codegen/compile.ts'
import { bindNatives } from './bind-natives.ts'
import { arrayText, regionsOf } from './c-model.ts'
import { bytesOfImage } from './elf-sizes.ts'
import type { Form } from './form.ts'
import { vectorFiles } from './form-c.ts'
import { modelHeader } from './model-header.ts'
import { moduleSlot } from './module-slot.ts'
import { wasm3Sources } from './wasm3-sources.ts'

/** Flash of interpreter, start-up and self-test on a Cortex-M, and the interpreter's own memory, rounded up from what was measured. */
const RUNTIME = { flash: 65536, ram: 24576 }
const CODE_BYTES = 10240

/** The module as data for the interpreter wasm3, which binds native code for what the module lets it. */
export const wasm3: Form = {
  flavour: 'firmware',
  async files(order) {
    const { made, adc, board } = order
    const plain = await compileProgram(made.program)
    const module = await bindNatives(plain, board.natives ? made.program.natives : [])
    const slot = moduleSlot(made, module, adc)
    const lines = arrayText('holter_slot', String(slot.length), slot)
    lines[0] = lines[0].replace(/^static /, '').replace('aligned(16)', 'section(".module"), aligned(16)')
    const text = ['#include <stdint.h>', 'extern const uint8_t holter_slot[];', ...lines]
    return [
      { name: 'module.slot', contents: slot },
      { name: 'slot.c', contents: [...text, `const uint32_t holter_slot_bytes = ${slot.length};`, ''].join('\n') },
      { name: 'model.h', contents: modelHeader(order) },
      ...vectorFiles(order),
      ...wasm3Sources(),
    ]
  },
  estimate({ made, vectors, board }) {
    const regions = regionsOf(made)
    return {
      weights: regions.constantBytes,
      code: CODE_BYTES,
      runtime: RUNTIME.flash,
      vectors: vectors.file.length,
      arena: regions.ramBytes,
      otherRam: RUNTIME.ram + regions.constantBytes,
      stack: board.budget.stackBytes,
    }
  },
  measure({ made, vectors, board }, folder, elf) {
    const regions = regionsOf(made)
    const image = bytesOfImage(board.compile, folder, elf, /^$/)
    const weights = regions.constantBytes
    const code = readFileSync(join(folder, 'module.slot')).length - weights
    return {
      weights,
      code,
      runtime: image.flash - weights - code - vectors.file.length,
      vectors: vectors.file.length,
      arena: regions.ramBytes,
      otherRam: image.ram - regions.ramBytes,
      stack: board.budget.stackBytes,
    }
  },
}
