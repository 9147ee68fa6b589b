import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Port } from '../codegen/manifest.ts'
import { HolterError } from '../errors.ts'
import { leftOut, wasmtimeHost } from '../toolchain.ts'
import type { Engine, RunnableModel } from './engine.ts'
import { readManifest } from './node.ts'

/** The module in wasmtime, by the C host wasmtime-host.c: compiled as it loads, or ahead of time (`simd-aot`) into a .cwasm file. */
export const wasmtime: Engine = {
  name: 'wasmtime',
  runs: 'module',
  flavours: ['scalar', 'simd', 'simd-aot'],
  missing: () => (wasmtimeHost() ? undefined : (leftOut('wasmtime') ?? 'it is not installed. Run npm run setup')),
  async run(model, flavour, inputs, count) {
    return (await runHost(model, flavour, inputs, count)).outputs
  },
  async time(model, flavour, row, reps) {
    return JSON.parse((await runHost(model, flavour, row, 1, ['--time', String(reps)])).printed)
  },
}

async function runHost(
  model: RunnableModel,
  flavour: string,
  inputs: Int8Array,
  count: number,
  options: readonly string[] = [],
): Promise<{ outputs: Int8Array; printed: string }> {
  const ahead = flavour.endsWith('-aot')
  const wasm = await model.module(ahead ? flavour.slice(0, -'-aot'.length) : flavour)
  const where = `${model.graph.name} ${flavour}`
  const manifest = readManifest(wasm, where)
  const dir = mkdtempSync(join(tmpdir(), 'holter-wasmtime-'))
  const file = (name: string) => join(dir, name)
  try {
    writeFileSync(file('module.wasm'), wasm)
    writeFileSync(file('inputs'), inputs)
    if (ahead) await host(['compile', file('module.wasm'), file('module.cwasm')], where)
    const module = file(ahead ? 'module.cwasm' : 'module.wasm')
    const places = [ranges(manifest.inputs), ranges(manifest.outputs)]
    const printed = await host(['run', module, file('inputs'), file('outputs'), ...places, ...options], where)
    const outputs = new Int8Array(Uint8Array.from(readFileSync(file('outputs'))).buffer)
    const expected = count * manifest.outputs.reduce((sum, { bytes }) => sum + bytes, 0)
    if (outputs.length !== expected) {
      throw new HolterError({ stage: 'engine', where, problem: 'the inputs do not fit', got: inputs.length })
    }
    return { outputs, printed }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Runs the host and returns what it prints; its one line on stderr becomes the error. */
async function host(args: readonly string[], where: string): Promise<string> {
  try {
    return (await promisify(execFile)(wasmtimeHost()!, args, { maxBuffer: 1 << 28 })).stdout
  } catch (error) {
    const { stderr, signal, code } = error as { stderr?: string; signal?: string; code?: number | string }
    // "/tmp/…/module.wasm: what is wrong": the temporary path tells the user nothing.
    const said = stderr?.trim().replace(/^\S*[/](module|inputs|outputs)(\.c?wasm)?: /, '')
    throw new HolterError({ stage: 'engine', where, problem: `wasmtime: ${said || `it ended with ${signal ?? code}`}` })
  }
}

/** ADDRESS:BYTES,… as the host reads it. */
function ranges(ports: readonly Port[]): string {
  return ports.map(({ address, bytes }) => `${address}:${bytes}`).join(',')
}
