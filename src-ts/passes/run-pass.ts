import type { AnyTensor, Graph } from '../ir/graph.ts'
import { Draft } from './draft.ts'
import type { Pass } from './pass.ts'

/**
 * Returns the graph after one pass; the same object when the pass found nothing to do.
 * `note` is told each fact that the pass wants a user to know.
 */
export function runPass<T extends AnyTensor, G extends Graph<T>>(
  pass: Pass<T>,
  graph: G,
  note: (fact: string) => void = () => {},
): G {
  const draft = new Draft<T>(graph, note)
  let changed = false
  while (sweep(pass, draft)) changed = true
  return changed ? { ...graph, ...draft.finish() } : graph
}

/** Asks the pass about every node once, in order; nodes that it takes away are passed over. */
function sweep<T extends AnyTensor>(pass: Pass<T>, draft: Draft<T>): boolean {
  let changed = false
  for (const node of draft.nodes) {
    if (draft.has(node) && pass.rewrite(draft, node)) changed = true
  }
  return changed
}
