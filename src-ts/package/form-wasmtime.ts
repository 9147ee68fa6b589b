import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { thresholdValue } from '../codegen/artefacts.ts'
import { compileProgram } from '../codegen/compile.ts'
import { HolterError } from '../errors.ts'
import { temporaryFolder } from '../files.ts'
import { firmwareTool, wasmtimeHost } from '../toolchain.ts'
import { plain } from './c-model.ts'
import type { Form, MonitorNames, Order, PackageFile } from './form.ts'
import { vectorFiles } from './form-c.ts'
import { modelHeader } from './model-header.ts'
import { moduleSlot } from './module-slot.ts'
import { mustRun } from './programs.ts'

/** Bytes that the host program and wasmtime's library take on disk, and in memory beside the module, rounded up. */
const RUNTIME = { flash: 32_000_000, ram: 48_000_000 }

/** The module compiled ahead of time for wasmtime, once for each of the board's `builds`, and a service that runs it. */
export const wasmtime: Form = {
  flavour: 'simd',
  async files(order) {
    const { model, board, adc, monitor } = order
    const slots: PackageFile[] = []
    for (const { name, flavour, args } of board.builds) {
      // A monitor's module is run once to be made, in a V8 that may not know the flavour; its network is a small part of it.
      const made = monitor ? order.made : await model.build(flavour)
      const code = compileAhead(await compileProgram(made.program), args)
      slots.push({ name: `model.${name}.slot`, contents: moduleSlot(made, code, adc) })
    }
    const list = slots.map(({ name }) => `"${name}", `).join('')
    const modules = `const char *const holter_module_files[] = {${list}0};\n`
    return [
      ...slots,
      { name: 'modules.c', contents: modules },
      { name: 'service-model.c', contents: serviceModel(order) },
      ...vectorFiles(order),
      { name: 'libwasmtime.so', contents: library(board.library) },
    ]
  },
  estimate: order => sizes(order, RUNTIME.flash, order.made.program.constantBytes),
  measure(order, folder, program) {
    const bytes = (name: string) => statSync(join(folder, name)).size
    const slots = order.board.builds.map(({ name }) => bytes(`model.${name}.slot`))
    return sizes(order, bytes('libwasmtime.so') + bytes(program), Math.max(...slots))
  },
}

function sizes({ made, vectors, board }: Order, runtime: number, module: number) {
  const weights = Math.min(module, made.program.constantBytes)
  return {
    weights,
    code: module - weights,
    runtime,
    vectors: vectors.file.length,
    arena: made.manifest.arena.bytes,
    otherRam: RUNTIME.ram,
    stack: board.budget.stackBytes,
  }
}

/** Compiles a module for one kind of processor: `args` are those of `wasmtime compile`. Throws HolterError without wasmtime. */
export function compileAhead(module: Uint8Array, args: readonly string[]): Uint8Array {
  const program = firmwareTool('piCompiler')
  if (!program) missing("wasmtime's compiler")
  const folder = temporaryFolder('wasmtime')
  try {
    writeFileSync(join(folder, 'model.wasm'), module)
    const features = ['-W', 'relaxed-simd=y,gc-support=n']
    mustRun(
      { program, args: ['compile', ...features, ...args, 'model.wasm', '-o', 'model.cwasm'], install: '' },
      folder,
      {},
    )
    return readFileSync(join(folder, 'model.cwasm'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function library(which: 'aarch64' | 'this-machine'): Uint8Array {
  const host = wasmtimeHost()
  const folder = which === 'aarch64' ? firmwareTool('piLibrary') : host && dirname(host)
  return folder ? readFileSync(join(folder, 'libwasmtime.so')) : missing("wasmtime's library")
}

function missing(what: string): never {
  throw new HolterError({
    stage: 'package',
    where: what,
    problem: 'it is missing',
    hint: 'Run npx holter setup firmware',
  })
}

/** What the service must know, as C. */
function serviceModel(order: Order): string {
  const { made, adc, monitor } = order
  if (monitor) return monitorServiceModel(order, monitor)
  const { metadata, inputs, outputs } = made.manifest
  const [input] = inputs
  const values = input.bytes / (input.type === 'int16' ? 2 : 1)
  // A drawing is no signal that a source has: the service then refuses all but the self-test.
  const leads = metadata?.drawn ? 0 : (input.shape.at(-1) ?? 1)
  const labels = metadata?.labels ?? Array.from({ length: outputs[0].shape.at(-1) ?? 1 }, (_, i) => `output-${i}`)
  const exclusive = !metadata || metadata.kind === 'single-label'
  const thresholds = labels.map((_, i) => (exclusive ? 0 : thresholdValue(metadata.thresholds[i], made.manifest)))
  return [
    '#include "service.h"',
    `static const char *const names[] = {${labels.map(label => `"${plain(label)}"`).join(', ')}};`,
    `static const int32_t thresholds[] = {${thresholds.join(', ')}};`,
    'const holter_service_model_t holter_service_model = {',
    `  ${metadata?.sampleRateHz ?? 1}, ${adc.gain}, ${adc.baseline}, ${leads ? values / leads : 0}, ${leads},`,
    `  ${labels.length}, ${exclusive ? 1 : 0}, names, thresholds, 0};`,
    '',
  ].join('\n')
}

function monitorServiceModel(order: Order, { sampleRateHz, frames, leads, labels }: MonitorNames): string {
  const { gain, baseline } = order.adc
  return [
    '#include "service.h"',
    modelHeader(order),
    'static const holter_service_monitor_t monitor = {MONITOR_RULES, monitor_rules, monitor_priorities};',
    'const holter_service_model_t holter_service_model = {',
    `  ${sampleRateHz}, ${gain}, ${baseline}, ${frames}, ${leads.length}, ${labels.length}, 1, monitor_labels, 0, &monitor};`,
    '',
  ].join('\n')
}
