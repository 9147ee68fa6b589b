import { type Port, readManifest } from '../codegen/manifest.ts'
import { HolterError } from '../errors.ts'
import type { Engine } from './engine.ts'
import { commonFeatures, formName, moduleForms } from './form.ts'
import { checkRows } from './session.ts'

/** A function with one relaxed instruction: V8 knows them from Node 22 on. */
const RELAXED = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 15, 1, 13, 0],
  ...[0x41, 1, 0xfd, 15, 0x41, 2, 0xfd, 15, 0xfd, 0x80, 2, 11],
)

/** What a module exports; the last two where it has states. */
interface Exports {
  readonly memory: WebAssembly.Memory
  run(): void
  push?(): void
  reset?(): void
}

/** The module in this process, by V8. */
export const node: Engine = {
  name: 'node',
  runs: 'module',
  forms: moduleForms(WebAssembly.validate(RELAXED) ? [...commonFeatures, 'RelaxedSIMD'] : commonFeatures),
  missing: () => undefined,
  async open(model, form) {
    const where = `${model.graph.name} ${formName(form)}`
    const wasm = await model.module(form.flavour)
    const manifest = readManifest(wasm, where)
    if (!WebAssembly.validate(wasm as BufferSource)) {
      throw new HolterError({ stage: 'engine', where, problem: 'V8 refuses the module: it is not valid' })
    }
    const start = process.hrtime.bigint()
    const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {})
    const loadNs = Number(process.hrtime.bigint() - start)
    const { memory, run, push = run, reset = () => {} } = instance.exports as unknown as Exports
    reset()
    const bytes = new Int8Array(memory.buffer)
    const inBytes = totalBytes(manifest.inputs)
    const outBytes = totalBytes(manifest.outputs)

    const write = (row: Int8Array) => {
      let at = 0
      for (const port of manifest.inputs) {
        bytes.set(row.subarray(at, at + port.bytes), port.address)
        at += port.bytes
      }
    }
    const read = (row: Int8Array) => {
      let at = 0
      for (const port of manifest.outputs) {
        row.set(bytes.subarray(port.address, port.address + port.bytes), at)
        at += port.bytes
      }
    }
    const all = (once: () => void, inputs: Int8Array, count: number) => {
      checkRows(inputs, count, inBytes, where)
      const outputs = new Int8Array(count * outBytes)
      for (let row = 0; row < count; row++) {
        write(inputs.subarray(row * inBytes, (row + 1) * inBytes))
        once()
        read(outputs.subarray(row * outBytes, (row + 1) * outBytes))
      }
      return outputs
    }
    return {
      run: async (inputs, count) => all(run, inputs, count),
      push: async (inputs, count) => all(push, inputs, count),
      runNow: row => all(run, row, 1),
      pushNow: row => all(push, row, 1),
      reset: async () => reset(),
      async time(row, reps) {
        checkRows(row, 1, inBytes, where)
        const runNs: number[] = []
        for (let rep = 0; rep < reps; rep++) {
          write(row)
          const before = process.hrtime.bigint()
          run()
          runNs.push(Number(process.hrtime.bigint() - before))
        }
        return { loadNs, runNs }
      },
      close: async () => {},
    }
  },
}

/** Bytes of a row. */
export function totalBytes(ports: readonly Port[]): number {
  return ports.reduce((sum, { bytes }) => sum + bytes, 0)
}
