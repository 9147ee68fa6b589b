import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readManifest } from '../../src-ts/codegen/manifest.ts'
import type { Engine } from '../../src-ts/engines/engine.ts'
import { startWorker } from '../../src-ts/engines/worker-process.ts'
import { HolterError } from '../../src-ts/errors.ts'
import { root } from '../../src-ts/places.ts'
import { firmwareTool, programOnPath } from '../../src-ts/toolchain.ts'

const compiler = programOnPath('aarch64-linux-gnu-gcc')
const emulator = programOnPath('qemu-aarch64')
let host: string | undefined

/** wasmtime on an emulated Cortex-A76, whose relaxed dot product takes both operands as signed. */
export const qemuAarch64: Pick<Engine, 'name' | 'forms' | 'missing' | 'open'> = {
  name: 'qemu-aarch64',
  forms: [{ flavour: 'relaxed' }],
  missing: () =>
    compiler && emulator && firmwareTool('piLibrary')
      ? undefined
      : 'it wants npx holter setup firmware, aarch64-linux-gnu-gcc and qemu-aarch64',
  async open(model, { flavour }) {
    host ??= buildHost()
    const wasm = await model.module(flavour)
    const [[input], [output]] = Object.values(readManifest(wasm, flavour)) as { address: number; bytes: number }[][]
    const place = ({ address, bytes }: { address: number; bytes: number }) => `${address}:${bytes}`
    const worker = startWorker(
      emulator!,
      ['-cpu', 'cortex-a76', '-L', '/usr/aarch64-linux-gnu', host, place(input), place(output), '--relaxed'],
      said => new HolterError({ stage: 'engine', where: 'qemu-aarch64', problem: said }),
    )
    await worker.ask(`module ${wasm.length}`, wasm)
    const run = async (inputs: Int8Array, count: number) => (await worker.ask(`run ${count}`, inputs)).bytes
    return { run, push: run, reset: async () => {}, close: worker.close }
  },
}

/** Compiles src-ts/engines/wasmtime-host.c for aarch64. */
function buildHost(): string {
  const library = firmwareTool('piLibrary')!
  const path = join(mkdtempSync(join(tmpdir(), 'holter-aarch64-')), 'wasmtime-host')
  const source = join(root, 'src-ts/engines/wasmtime-host.c')
  const link = [`-L${library}`, '-lwasmtime', `-Wl,-rpath,${library}`]
  execFileSync(compiler!, ['-O2', '-std=gnu11', source, ...link, '-o', path])
  return path
}
