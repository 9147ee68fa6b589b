import type { Node } from '../ir/graph.ts'
import type { Draft } from './draft.ts'

/** A rewrite of FloatGraphs that keeps what they compute. */
export interface Pass {
  /** kebab-case, equal to the file's name. */
  readonly name: string
  /** One line: what is different afterwards. */
  readonly title: string
  /**
   * Rewrites one place of the draft if the pass has something to do at this node, and says whether it did.
   * It is asked about every node again until it has nothing to do anywhere.
   */
  rewrite(draft: Draft, node: Node): boolean
}
