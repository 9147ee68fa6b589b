import type { Tensor } from '@tensorflow/tfjs-core'
import type { FloatGraph } from '../../ir/graph.ts'
import type { Backend } from '../../ops/op.ts'
import type { Pass } from '../pass.ts'
import { runPass } from '../run-pass.ts'
import { balanceBatchNorm } from './balance-batch-norm.ts'
import { dropIdentities } from './drop-identities.ts'
import { foldBatchNorm } from './fold-batch-norm.ts'
import { foldBatchNormForward } from './fold-batch-norm-forward.ts'
import { fuseActivation } from './fuse-activation.ts'
import { lowerBatchNorm } from './lower-batch-norm.ts'
import { Probe, verifyFloatGraph, verifyLowered } from './verify.ts'

/** Every pass over real numbers, in the order in which they run: one file, one line. */
export const floatPasses: readonly Pass[] = [
  foldBatchNorm,
  balanceBatchNorm,
  foldBatchNormForward,
  lowerBatchNorm,
  dropIdentities,
  fuseActivation,
]

export interface PassOptions {
  /** With it, outputs are compared on these inputs ([n, …] each) after every pass. */
  readonly probe?: { readonly tf: Backend; readonly inputs: readonly Tensor[] }
  /** Called with the graph after each pass. */
  readonly seen?: (pass: Pass, graph: FloatGraph) => void
}

/**
 * Returns the graph as the quantizer wants it: only operators of ops/index.ts, no batch norm, activations fused.
 * It computes the same real numbers. Each pass's result is verified; an error names the pass that broke the graph.
 */
export function runFloatPasses(graph: FloatGraph, { probe, seen }: PassOptions = {}): FloatGraph {
  verifyFloatGraph(graph, `${graph.name} before the passes`)
  const values = probe && new Probe(probe.tf, graph, probe.inputs)
  let current = graph
  for (const pass of floatPasses) {
    const next = runPass(pass, current)
    verifyFloatGraph(next, `${graph.name} after ${pass.name}`)
    if (next !== current) values?.verify(next, `${graph.name} after ${pass.name}`)
    seen?.(pass, next)
    current = next
  }
  verifyLowered(current, `${graph.name} after all passes`)
  return current
}
