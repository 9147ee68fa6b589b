import { compileProgram } from '../../src-ts/codegen/compile.ts'
import { emitProgram, type Program } from '../../src-ts/codegen/emit.ts'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import { node } from '../../src-ts/engines/node.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import type { Flavour } from '../../src-ts/ops/flavour.ts'
import { makePlan, type PlanOptions } from '../../src-ts/plan/make-plan.ts'

/** Flavours that V8 runs in this process: that of Node 20 does not know the relaxed one (test/ops/relaxed.test.ts has doubles of it). */
export const flavoursHere: readonly Flavour[] = node.forms.map(({ flavour }) => flavour as Flavour)

/** A network and `count` rows of inputs one after another; a row holds all inputs of the network. */
export interface Rows {
  readonly graph: IntGraph
  readonly inputs: Int8Array
  readonly count: number
  /** Set where the rows are the hops of one stream: each goes on where the one before stopped. */
  readonly stream?: true
}

/** Returns the output rows of each network, all compiled into one module: asc costs more than the networks. */
export async function runProgram(
  jobs: readonly Rows[],
  flavour: Flavour,
  options: PlanOptions = {},
): Promise<Int8Array[]> {
  const graphs = jobs.map(job => job.graph)
  const program = emitProgram(makePlan(graphs, flavour, options), 'test')
  const wasm = await compileProgram(program)
  const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {})
  return runModule(instance, program, jobs)
}

/** The same for a module that stands ready. */
export function runModule(instance: WebAssembly.Instance, program: Program, jobs: readonly Rows[]): Int8Array[] {
  const memory = new Int8Array((instance.exports.memory as WebAssembly.Memory).buffer)
  return jobs.map(({ graph, inputs, count, stream }, i) => {
    const exported = (name: string) => instance.exports[jobs.length === 1 ? name : `${name}${i}`] as () => void
    const run = exported(stream && graph.states ? 'push' : 'run')
    if (stream && graph.states) exported('reset')()
    const places = program.plan.networks[i]
    const all = new Int8Array(count * rowBytes(graph, graph.outputs))
    let from = 0
    let to = 0
    for (let row = 0; row < count; row++) {
      for (const { address, bytes } of places.inputs) {
        memory.set(inputs.subarray(from, from + bytes), address)
        from += bytes
      }
      run()
      for (const { address, bytes } of places.outputs) {
        all.set(memory.subarray(address, address + bytes), to)
        to += bytes
      }
    }
    return all
  })
}

/** Returns where two outputs differ first and how many bytes do, or undefined. */
export function difference(got: Int8Array, expected: Int8Array): string | undefined {
  const places = Array.from(expected.keys()).filter(i => got[i] !== expected[i])
  if (!places.length && got.length === expected.length) return undefined
  const [first] = places
  const lengths = got.length === expected.length ? '' : ` (${got.length} bytes for ${expected.length})`
  return `${places.length} bytes differ${lengths}, the first at ${first}: got ${got[first]}, expected ${expected[first]}`
}
