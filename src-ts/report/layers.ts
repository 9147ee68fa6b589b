import { liveBytes } from '../codegen/arena.ts'
import type { PlacedNetwork } from '../codegen/emit.ts'
import { layerTable } from '../codegen/layer-table.ts'
import { tensorBytes } from '../ir/graph.ts'
import type { LayerRow, MemorySummary } from './report-data.ts'

/** Returns the layers of a placed network as tables and reports show them. */
export function layerRows({ graph, lifetimes }: PlacedNetwork): LayerRow[] {
  const live = liveBytes(lifetimes.buffers)
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

/** Returns what a placed network needs. */
export function memorySummary({ arena, constantBytes }: PlacedNetwork): MemorySummary {
  return { arenaBytes: arena.bytes, arenaLowerBoundBytes: arena.lowerBoundBytes, constantBytes }
}
