import { layerTable } from '../codegen/layer-table.ts'
import { tensorBytes } from '../ir/graph.ts'
import { liveBytes } from '../plan/arena.ts'
import type { NetworkPlan } from '../plan/plan.ts'
import type { LayerRow, MemorySummary } from './report-data.ts'

/** Returns the layers of a planned network as tables and reports show them. */
export function layerRows({ graph, buffers }: NetworkPlan): LayerRow[] {
  const live = liveBytes(buffers)
  return layerTable(graph).layers.map(({ name, op, outputShape, macs, weights, biases, nonZeroWeights }, step) => ({
    name,
    op,
    outputShape,
    macs,
    weights: weights + biases,
    nonZeroWeights: nonZeroWeights + biases,
    outputBytes: tensorBytes(graph.tensors[graph.nodes[step].outputs[0]]),
    liveBytes: live[step + 1],
  }))
}

/** Returns what a planned network needs. */
export function memorySummary({ arena, wholeArenaBytes }: NetworkPlan, constantBytes: number): MemorySummary {
  return {
    ...(wholeArenaBytes && { wholeArenaBytes }),
    arenaBytes: arena.bytes,
    arenaLowerBoundBytes: arena.lowerBoundBytes,
    constantBytes,
  }
}
