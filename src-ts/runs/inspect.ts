import { layerTable } from '../codegen/layer-table.ts'
import { type CompiledModel, loadModel } from '../engines/model.ts'
import { madeWithSynthetic } from '../ir/metadata.ts'
import type { Flavour } from '../ops/flavour.ts'
import type { Plan } from '../plan/plan.ts'
import { layerRows, memorySummary } from '../report/layers.ts'

export interface InspectInput {
  /** A .tflite file of int8 (or 16×8) arithmetic. */
  readonly model: string
  /** Flavour of the plan. Default 'simd'. */
  readonly flavour?: Flavour
  /** Plan for small files and little memory instead of speed. */
  readonly small?: boolean
  /** 'min' plans for the smallest arena: layers in strips. */
  readonly ram?: 'min'
}

/** A model and how it becomes a module: kernels, buffers, addresses. */
export interface Inspected {
  readonly model: CompiledModel
  readonly plan: Plan
}

/** Reads a model and plans it; nothing is compiled. */
export function inspect({ model: path, flavour = 'simd', small, ram }: InspectInput): Inspected {
  const model = loadModel(path, { goal: small ? 'size' : 'speed', ram })
  return { model, plan: model.plan(flavour) }
}

/** All figures of a model as plain data, the size of its module among them, which is compiled for that. */
export async function inspectionFigures({ model, plan }: Inspected) {
  const [network] = plan.networks
  const rows = layerRows(network)
  const { wasm, program } = await model.build(plan.flavour)
  const { layers, ...totals } = layerTable(model.graph)
  return {
    ...totals,
    ...(model.graph.metadata && { madeWithSynthetic: madeWithSynthetic(model.graph.metadata) }),
    ...memorySummary(network, program.constantBytes),
    moduleBytes: wasm.length,
    layers: layers.map((layer, i) => ({ ...rows[i], ...layer })),
  }
}
