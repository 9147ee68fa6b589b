import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { flavours } from '../../src-ts/codegen/build.ts'
import { compileProgram } from '../../src-ts/codegen/compile.ts'
import { emitProgram } from '../../src-ts/codegen/emit.ts'
import { probeInputs } from '../../src-ts/engines/parity.ts'
import { referenceRunner } from '../../src-ts/engines/reference.ts'
import { elements } from '../../src-ts/ir/graph.ts'
import { ops } from '../../src-ts/ops/index.ts'
import { allCases } from '../helpers/one-node.ts'

const INPUTS = 12
const test = suite('kernels equal their references')

for (const op of ops) test(`${op.kind} has cases`, () => assert.ok(op.cases().length > 0))

for (const flavour of flavours) {
  // One module for all cases: asc costs more than they do.
  test(`every case of every op, ${flavour}`, async () => {
    const graphs = allCases()
    const program = emitProgram(graphs, flavour, 'test')
    const wasm = await compileProgram(program)
    const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {})
    const memory = new Int8Array((instance.exports.memory as WebAssembly.Memory).buffer)
    graphs.forEach((graph, i) => {
      const reference = referenceRunner(graph)
      const rows = probeInputs({ graph, tflite: new Uint8Array(), module: async () => wasm }, INPUTS, i)
      let at = 0
      for (let row = 0; row < INPUTS; row++) {
        const inputs = graph.inputs.map(tensor => {
          const bytes = elements(graph.tensors[tensor].shape)
          at += bytes
          return rows.subarray(at - bytes, at)
        })
        for (const [k, { address }] of program.networks[i].inputs.entries()) memory.set(inputs[k], address)
        ;(instance.exports[`run${i}`] as () => void)()
        const expected = reference(inputs)
        program.networks[i].outputs.forEach(({ address, bytes }, k) => {
          assert.equal(
            [...memory.subarray(address, address + bytes)],
            [...(expected[k] as Int8Array)],
            `${graph.name}, input ${row}`,
          )
        })
      }
    })
  })
}

test.run()
