import { writeBuilds } from '../codegen/artefacts.ts'
import type { CompiledModel } from '../engines/model.ts'
import type { Flavour } from '../ops/flavour.ts'

/** Writes kernels, modules, header and manifest of a model below `out`. */
export async function writeModules(model: CompiledModel, name: string, out: string, flavours: readonly Flavour[]) {
  const builds = await Promise.all(flavours.map(flavour => model.build(flavour)))
  return { builds, written: writeBuilds(builds, name, out) }
}
