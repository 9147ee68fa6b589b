import type { Manifest } from '../codegen/manifest.ts'
import { HolterError } from '../errors.ts'
import type { Engine } from './engine.ts'

/** Returns the manifest in a module's custom section `holter`; a module without one is a HolterError that names `where`. */
export function readManifest(wasm: Uint8Array, where: string): Manifest {
  if (!WebAssembly.validate(wasm as BufferSource)) {
    throw new HolterError({
      stage: 'engine',
      where,
      problem: 'is no valid WebAssembly module',
      got: `${wasm.length} bytes`,
    })
  }
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(wasm as BufferSource), 'holter')
  if (!section) {
    throw new HolterError({
      stage: 'engine',
      where,
      problem: 'has no section "holter"',
      hint: 'Compile it with holter compile',
    })
  }
  return JSON.parse(new TextDecoder().decode(section)) as Manifest
}

/** The module in this process, by V8. */
export const node: Engine = {
  name: 'node',
  runs: 'module',
  flavours: ['firmware', 'scalar', 'simd'],
  missing: () => undefined,
  async run(model, flavour, inputs, count) {
    const wasm = await model.module(flavour)
    const { inputs: inPorts, outputs: outPorts } = readManifest(wasm, `${model.graph.name} ${flavour}`)
    const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {})
    const { memory, run } = instance.exports as { memory: WebAssembly.Memory; run(): void }
    const bytes = new Int8Array(memory.buffer)
    const outputs = new Int8Array(count * outPorts.reduce((sum, port) => sum + port.bytes, 0))
    let from = 0
    let to = 0
    for (let row = 0; row < count; row++) {
      for (const port of inPorts) {
        bytes.set(inputs.subarray(from, from + port.bytes), port.address)
        from += port.bytes
      }
      run()
      for (const port of outPorts) {
        outputs.set(bytes.subarray(port.address, port.address + port.bytes), to)
        to += port.bytes
      }
    }
    return outputs
  },
  async time(model, flavour, row, reps) {
    const wasm = await model.module(flavour)
    const { inputs } = readManifest(wasm, `${model.graph.name} ${flavour}`)
    const start = process.hrtime.bigint()
    const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {})
    const loadNs = Number(process.hrtime.bigint() - start)
    const { memory, run } = instance.exports as { memory: WebAssembly.Memory; run(): void }
    const runNs: number[] = []
    for (let rep = 0; rep < reps; rep++) {
      let at = 0
      for (const { address, bytes } of inputs) {
        new Int8Array(memory.buffer).set(row.subarray(at, at + bytes), address)
        at += bytes
      }
      const before = process.hrtime.bigint()
      run()
      runNs.push(Number(process.hrtime.bigint() - before))
    }
    return { loadNs, runNs }
  },
}
