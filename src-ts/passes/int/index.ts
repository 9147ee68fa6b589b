import type { IntGraph, IntTensor } from '../../ir/graph.ts'
import type { Pass } from '../pass.ts'
import { runPass } from '../run-pass.ts'
import { dropBorders } from './drop-borders.ts'
import { dropDeadChannels } from './drop-dead-channels.ts'
import { foldShapes } from './fold-shapes.ts'
import { fuseByteFunctions } from './fuse-byte-functions.ts'
import { fuseFloatFunctions } from './fuse-float-functions.ts'
import { runningMeans } from './running-means.ts'
import { sinkDequantize } from './sink-dequantize.ts'
import { IntProbe, verifyIntGraph } from './verify.ts'

/**
 * Passes that turn the graph of a foreign file into one that the operators of ops/ can compute, in the order in which they run. Before them
 * it may hold nodes that Holter has no operator of, under TFLite's names; so nothing can run it, and the reader checks what comes out.
 */
export const importPasses: readonly Pass<IntTensor>[] = [foldShapes, sinkDequantize, fuseFloatFunctions, dropBorders]

/** Passes that a module is compiled with, in the order in which they run: one file, one line. They keep every byte of the outputs. */
export const compilePasses: readonly Pass<IntTensor>[] = [dropDeadChannels, fuseByteFunctions, runningMeans]

/** Rows on which a graph is run before and after each pass: all least values, all largest, and random ones. */
const PROBE_ROWS = 4

export interface IntPassOptions {
  readonly passes?: readonly Pass<IntTensor>[]
  /** Called with the graph after each pass. */
  readonly seen?: (pass: Pass<IntTensor>, graph: IntGraph) => void
}

/** Returns the graph after the import passes. `note` is told what a user should know. */
export function runImportPasses(graph: IntGraph, note: (fact: string) => void): IntGraph {
  return importPasses.reduce((current, pass) => runPass(pass, current, note), graph)
}

/**
 * Returns a graph with the same outputs, byte for byte, after the passes (those of a module where none are named). Each pass's result is run by the
 * reference and compared; an error names the pass that broke the graph. Where no pass finds anything to do, nothing is run.
 */
export function runIntPasses<G extends IntGraph>(graph: G, { passes = compilePasses, seen }: IntPassOptions = {}): G {
  let probe: IntProbe | undefined
  let current = graph
  for (const pass of passes) {
    const next = runPass<IntTensor, G>(pass, current)
    if (next !== current) {
      const where = `${graph.name} after ${pass.name}`
      verifyIntGraph(next, where)
      probe ??= new IntProbe(graph, PROBE_ROWS)
      probe.verify(next, where)
    }
    seen?.(pass, next)
    current = next
  }
  return current
}
