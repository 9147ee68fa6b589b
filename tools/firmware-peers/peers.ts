import { copyFileSync, cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HolterError } from '../../src-ts/errors.ts'
import { temporaryFolder } from '../../src-ts/files.ts'
import { bytesOfImage } from '../../src-ts/package/elf-sizes.ts'
import { mustRun } from '../../src-ts/package/programs.ts'
import { runSelfTest } from '../../src-ts/package/self-test.ts'
import { type Board, fillOf, type Target } from '../../src-ts/package/target.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** What a Cortex-M runs in place of a module: the same network by other kernels. */
export interface Peer {
  readonly name: string
  readonly kernels: string
  readonly language: 'c' | 'c++'
  /** Folders of headers; throws HolterError where they are missing. */
  readonly headers: () => readonly string[]
}

export const PEERS: readonly Peer[] = [
  { name: 'plain C', kernels: 'plain-kernels.h', language: 'c', headers: () => [] },
  { name: "TFLM's reference kernels", kernels: 'tflm-kernels.h', language: 'c++', headers: tensorflow },
]

/** Sizes and self-test of `peer` with the model file `text`, in a copy of a package for a board with C, whose model.c it replaces. */
export function runPeer(peer: Peer, text: string, target: Target, board: Board, packaged: string) {
  const folder = temporaryFolder('peer')
  try {
    cpSync(packaged, folder, { recursive: true })
    for (const name of ['plain-kernels.h', 'tflm-kernels.h']) copyFileSync(join(here, name), join(folder, name))
    const fill = fillOf({ ...target, name: peer.name.replaceAll(' ', '-') }, board)
    const { compile } = board
    if (peer.language === 'c') {
      writeFileSync(join(folder, 'model.c'), text)
      mustRun(compile, folder, fill)
    } else {
      writeFileSync(join(folder, 'model.cc'), text)
      mustRun(
        { ...compile, program: compile.program.replace('gcc', 'g++'), args: objectArgs(peer, board) },
        folder,
        fill,
      )
      mustRun({ ...compile, args: compile.args.map(word => (word === 'model.c' ? 'model.o' : word)) }, folder, fill)
    }
    const { flash, ram } = bytesOfImage(compile, folder, board.image, /^$/)
    return { flash, ram: ram + board.budget.stackBytes, test: runSelfTest(board, folder, fill)! }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The board's own options for its processor and for speed, and TFLM's own for microcontrollers. */
function objectArgs({ headers }: Peer, { compile }: Board): string[] {
  const own = compile.args.filter(word => /^-(m|O|ffunction|fdata)/.test(word))
  const tflm = ['-std=gnu++11', '-fno-rtti', '-fno-exceptions', '-DTF_LITE_STATIC_MEMORY', '-DNDEBUG', '-w']
  return [...own, ...tflm, ...headers().map(folder => `-I${folder}`), '-c', 'model.cc', '-o', 'model.o']
}

/** TFLM's headers in cargo's cache, where `cargo fetch` of a package that depends on tfmicro 0.1.0 puts them. */
function tensorflow(): string[] {
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry', 'src')
  const sources = existsSync(registry) ? readdirSync(registry) : []
  const root = sources
    .map(source => join(registry, source, 'tfmicro-0.1.0', 'submodules', 'tensorflow'))
    .find(folder => existsSync(folder))
  if (!root) {
    throw new HolterError({
      stage: 'package',
      where: 'tfmicro 0.1.0',
      problem: "TFLM's headers are missing",
      hint: 'Run cargo fetch in a package that depends on tfmicro = "=0.1.0"; it also needs apt-get install libstdc++-arm-none-eabi-newlib',
    })
  }
  const downloads = join(root, 'tensorflow', 'lite', 'micro', 'tools', 'make', 'downloads')
  return [root, ...['flatbuffers/include', 'gemmlowp', 'ruy'].map(name => join(downloads, name))]
}
