import { type Port, readManifest } from '../codegen/manifest.ts'
import { HolterError } from '../errors.ts'
import { flavourRow } from '../ops/flavour.ts'
import { leftOut, wasmtimeHost } from '../toolchain.ts'
import type { Engine, Form } from './engine.ts'
import { commonFeatures, formName, moduleForms } from './form.ts'
import { totalBytes } from './node.ts'
import { checkRows } from './session.ts'
import { startWorker } from './worker-process.ts'

const forms = moduleForms([...commonFeatures, 'RelaxedSIMD'])
/** Ahead of time pays where speed is wanted. */
const aheadForms: Form[] = forms
  .filter(({ flavour }) => flavourRow(flavour).features.includes('SIMD128'))
  .map(({ flavour }) => ({ flavour, mode: 'aot' }))

/** The module in wasmtime, by the C host wasmtime-host.c: compiled as it loads, or ahead of time. */
export const wasmtime: Engine = {
  name: 'wasmtime',
  runs: 'module',
  forms: [...forms, ...aheadForms],
  missing: () =>
    wasmtimeHost() ? undefined : (leftOut('wasmtime') ?? 'it is not installed. Run npx holter setup wasmtime'),
  async open(model, form) {
    const where = `${model.graph.name} ${formName(form)}`
    const wasm = await model.module(form.flavour)
    const manifest = readManifest(wasm, where)
    const inBytes = totalBytes(manifest.inputs)
    const relaxed = flavourRow(form.flavour).features.includes('RelaxedSIMD')
    const options = [...(form.mode === 'aot' ? ['--ahead'] : []), ...(relaxed ? ['--relaxed'] : [])]
    const host = startWorker(
      wasmtimeHost()!,
      [ranges(manifest.inputs), ranges(manifest.outputs), ...options],
      said => new HolterError({ stage: 'engine', where, problem: `wasmtime: ${said}` }),
    )
    try {
      const { loadNs } = await host.ask(`module ${wasm.length}`, wasm)
      return {
        async run(inputs, count) {
          checkRows(inputs, count, inBytes, where)
          return (await host.ask(`run ${count}`, inputs)).bytes
        },
        async push(inputs, count) {
          checkRows(inputs, count, inBytes, where)
          return (await host.ask(`${manifest.states ? 'push' : 'run'} ${count}`, inputs)).bytes
        },
        async reset() {
          if (manifest.states) await host.ask('reset 0')
        },
        async time(row, reps) {
          checkRows(row, 1, inBytes, where)
          const { runNs } = await host.ask(`time ${reps}`, row)
          return { loadNs: loadNs as number, runNs: runNs as number[] }
        },
        close: host.close,
      }
    } catch (error) {
      await host.close()
      throw error
    }
  },
}

/** ADDRESS:BYTES,… as the host reads it. */
function ranges(ports: readonly Port[]): string {
  return ports.map(({ address, bytes }) => `${address}:${bytes}`).join(',')
}
