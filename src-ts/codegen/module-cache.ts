import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keepSealed } from '../files.ts'
import { cacheDir, root } from '../places.ts'
import type { Answer, CompilerJob } from './compiler-threads.ts'
import { kernelSources } from './kernel-sources.ts'

const DIGEST_BYTES = 32
/** All kept modules together take no more than this; the ones longest unused go first. */
const KEPT_BYTES = 128 * 2 ** 20

/**
 * Returns the module of a job from HOLTER_CACHE_DIR/modules, or what `compile` makes of it, which is kept there if it is a module. The key is the
 * SHA-256 of everything that decides a byte of it: the job, the kernels, the flags, both compilers. A file whose own SHA-256 does not
 * hold is made anew, never trusted. A cache that cannot be written is no error: it only saves seconds.
 */
export async function cachedModule(job: CompilerJob, compile: (job: CompilerJob) => Promise<Answer>): Promise<Answer> {
  const path = join(cacheDir(), 'modules', `${keyOf(job)}.wasm`)
  const kept = load(path)
  if (kept) return { wasm: kept }
  const answer = await compile(job)
  if ('wasm' in answer) keepSealed(path, [answer.wasm], { bytes: KEPT_BYTES })
  return answer
}

let compilers: string | undefined

function keyOf({ segments, ...job }: CompilerJob): string {
  compilers ??= digestOf([
    readFileSync(new URL('./compiler.mjs', import.meta.url)),
    JSON.stringify([compilerVersions(), kernelSources()]),
  ])
  const places = segments.map(({ address, bytes }) => [address, bytes.length])
  return digestOf([compilers, JSON.stringify(job), JSON.stringify(places), ...segments.map(({ bytes }) => bytes)])
}

/** The versions that package.json pins of both compilers. */
function compilerVersions(): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return [dependencies.assemblyscript, dependencies.binaryen]
}

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\n')
  return hash.digest('hex')
}

function load(path: string): Uint8Array | undefined {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    return undefined
  }
  const wasm = bytes.subarray(0, -DIGEST_BYTES)
  return createHash('sha256').update(wasm).digest().equals(bytes.subarray(-DIGEST_BYTES)) ? wasm : undefined
}
