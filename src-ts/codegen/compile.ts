import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type Binaryen from 'binaryen'
import { HolterError } from '../errors.ts'
import { flavourRow } from '../ops/flavour.ts'
import { root } from '../places.ts'
import type { Program } from './emit.ts'

const PAGE_BYTES = 65536

/** A file that takes part in a compilation, by its name there. Kernels come from src-as, flags from asconfig.json. */
export function kernelSource(name: string): string | null {
  try {
    return readFileSync(join(root, name === 'asconfig.json' ? name : `src-as/${name}`), 'utf8')
  } catch {
    return null
  }
}

/**
 * Compiles a program to a wasm module: asc in memory with the flags of asconfig.json's target of that flavour,
 * then binaryen puts the constants in place (asc would need half a second for every 60,000 as text), strips names,
 * validates, and adds the manifest as custom section `holter`. No imports. The same program gives the same bytes.
 */
export async function compileProgram(program: Program, manifest?: object): Promise<Uint8Array> {
  const code = await runAsc(program)
  // Loaded here, like asc: both are large, and most commands do not compile.
  const { default: binaryen } = await import('binaryen')
  const { features } = flavourRow(program.plan.flavour)
  const bits = features.reduce((sum, feature) => sum | binaryen.Features[feature], binaryen.Features.MVP)
  const module = binaryen.readBinaryWithFeatures(code, bits)
  try {
    const pages = Math.ceil(program.memoryBytes / PAGE_BYTES)
    const segments = program.segments.map(({ address, bytes }) => ({ offset: module.i32.const(address), data: bytes }))
    module.removeExport('memory')
    module.setMemory(pages, pages, 'memory', segments)
    module.runPasses(['strip-debug', 'strip-producers', 'strip-target-features', 'remove-unused-module-elements'])
    if (manifest) module.addCustomSection('holter', new TextEncoder().encode(JSON.stringify(manifest)))
    if (!module.validate()) {
      throw new HolterError({ stage: 'codegen', where: 'module', problem: 'the compiled module does not validate' })
    }
    const imports = importsOf(module, binaryen)
    if (imports.length > 0) {
      const problem = `the compiled module imports ${imports.join(' and ')}`
      throw new HolterError({ stage: 'codegen', where: program.plan.flavour, problem, expected: 'no import' })
    }
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}

/** Functions that a module imports, as module.name. */
function importsOf(module: Binaryen.Module, { getFunctionInfo }: typeof Binaryen): string[] {
  return Array.from({ length: module.getNumFunctions() }, (_, i) => getFunctionInfo(module.getFunctionByIndex(i)))
    .filter(info => info.module !== '')
    .map(info => `${info.module}.${info.base}`)
}

async function runAsc(program: Program): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc')
  let binary: Uint8Array | undefined
  const pages = String(Math.ceil(program.memoryBytes / PAGE_BYTES))
  const { error, stderr } = await asc.main(
    [
      'model.ts',
      '--target',
      program.plan.flavour,
      '--outFile',
      'model.wasm',
      '--initialMemory',
      pages,
      '--maximumMemory',
      pages,
    ],
    {
      readFile: name => (name === 'model.ts' ? program.text : kernelSource(name)),
      writeFile: (name, contents) => {
        if (name === 'model.wasm') binary = contents as Uint8Array
      },
      listFiles: () => [],
    },
  )
  if (error || !binary) {
    const detail = stderr.toString().trim().split('\n').slice(0, 3).join(' ')
    throw new HolterError({
      stage: 'codegen',
      where: program.plan.flavour,
      problem: `asc refused the generated kernels: ${detail || error?.message}`,
      hint: 'This is a fault of Holter: please report it with the model',
    })
  }
  return binary
}
