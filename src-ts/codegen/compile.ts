import { HolterError } from '../errors.ts'
import { flavourRow } from '../ops/flavour.ts'
import { compileInThread } from './compiler-threads.ts'
import type { Program } from './emit.ts'
import { cachedModule } from './module-cache.ts'

/**
 * Compiles a program to a wasm module: asc in memory with the flags of asconfig.json's target of that flavour,
 * then binaryen puts the constants in place (asc would need half a second for every 60,000 as text), strips names,
 * validates, and adds the manifest as custom section `holter`. No imports. The same program gives the same bytes, which
 * are kept: a module that was compiled before is read.
 */
export async function compileProgram(program: Program, manifest?: object): Promise<Uint8Array> {
  const { text, memoryBytes, heapAddress, segments, plan } = program
  const { name: target, features } = flavourRow(plan.flavour)
  const section = manifest && JSON.stringify(manifest)
  const job = { text, target, features, memoryBytes, heapAddress, segments, manifest: section }
  const answer = await cachedModule(job, compileInThread)
  if ('wasm' in answer) return answer.wasm
  throw new HolterError({
    stage: 'codegen',
    where: target,
    problem: `the generated kernels do not compile: ${answer.refused}`,
    hint: 'This is a fault of Holter: please report it with the model',
  })
}
