import { compileProgram } from '../../src-ts/codegen/compile.ts'
import { emitProgram } from '../../src-ts/codegen/emit.ts'
import { rowBytes } from '../../src-ts/codegen/manifest.ts'
import type { RunnableModel } from '../../src-ts/engines/engine.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import type { Flavour } from '../../src-ts/ops/flavour.ts'
import { makePlan, type PlanOptions } from '../../src-ts/plan/make-plan.ts'

/** Vector loads may read past the last row. */
const SLACK = 16

/**
 * Returns many networks as one model that every engine runs: a row holds the inputs (outputs) of all of them one after another, and `run`
 * copies each to its place and back.
 */
export async function stagedModule(
  graphs: readonly IntGraph[],
  flavour: Flavour,
  options: PlanOptions,
): Promise<RunnableModel> {
  const program = emitProgram(makePlan(graphs, flavour, { ...options, sharedArena: true }), 'test')
  const sum = (role: 'inputs' | 'outputs') => graphs.reduce((all, graph) => all + rowBytes(graph, graph[role]), 0)
  const input = Math.ceil(program.memoryBytes / SLACK) * SLACK
  const output = input + sum('inputs')
  const next = [input, output]
  const reserve = (role: number, bytes: number) => {
    next[role] += bytes
    return next[role] - bytes
  }
  const lines = program.plan.networks.flatMap(({ inputs, outputs }, i) => [
    ...inputs.map(({ address, bytes }) => copied(address, reserve(0, bytes), bytes)),
    `  run${i}()`,
    ...outputs.map(({ address, bytes }) => copied(reserve(1, bytes), address, bytes)),
  ])
  const text = [program.text, 'export function run(): void {', ...lines, '}', ''].join('\n')
  const manifest = {
    inputs: [{ address: input, bytes: sum('inputs') }],
    outputs: [{ address: output, bytes: sum('outputs') }],
  }
  const wasm = await compileProgram({ ...program, text, memoryBytes: output + sum('outputs') + SLACK }, manifest)
  return {
    graph: { ...graphs[0], name: `${graphs.length} networks` },
    tflite: new Uint8Array(),
    module: async () => wasm,
  }
}

function copied(to: number, from: number, bytes: number): string {
  return `  memory.copy(${to}, ${from}, ${bytes})`
}
