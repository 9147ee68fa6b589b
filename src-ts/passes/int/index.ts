import type { IntGraph, IntTensor } from '../../ir/graph.ts'
import type { Pass } from '../pass.ts'
import { runPass } from '../run-pass.ts'
import { dropBorders } from './drop-borders.ts'
import { foldShapes } from './fold-shapes.ts'

/**
 * Passes that turn the graph of a foreign file into one that the operators of ops/ can compute, in the order in which they run. Before them
 * it may hold nodes that Holter has no operator of, under TFLite's names; so nothing can run it, and the reader checks what comes out.
 */
export const importPasses: readonly Pass<IntTensor>[] = [foldShapes, dropBorders]

/** Returns the graph after the import passes. `note` is told what a user should know. */
export function runImportPasses(graph: IntGraph, note: (fact: string) => void): IntGraph {
  return importPasses.reduce((current, pass) => runPass(pass, current, note), graph)
}

export const intPasses: readonly Pass<IntTensor>[] = []
