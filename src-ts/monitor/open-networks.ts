import { engineFor } from '../engines/choose.ts'
import { loadModel } from '../engines/model.ts'
import { HolterError } from '../errors.ts'
import type { IntGraph } from '../ir/graph.ts'
import type { RunRow } from './beat-network.ts'

/** A network in an engine of this process. */
export interface OpenNetwork {
  readonly graph: IntGraph
  readonly run: RunRow
}

/** Opens a .tflite file in an engine that can answer at once: 'node' (the module that holter compile makes), or 'reference'. */
export async function openNetwork(path: string, engineName = 'node', flavour?: string): Promise<OpenNetwork> {
  const { engine, form } = engineFor(engineName, flavour)
  const model = loadModel(path)
  const session = await engine.open(model, form)
  if (!session.runNow) {
    await session.close()
    throw new HolterError({
      stage: 'usage',
      where: `--engine ${engineName}`,
      problem: 'it does not answer within this process, as a monitor needs it',
      expected: 'node or reference',
    })
  }
  return { graph: model.graph, run: row => session.runNow!(row) }
}
