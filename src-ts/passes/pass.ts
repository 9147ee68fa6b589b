import type { AnyTensor, FloatTensor, Node } from '../ir/graph.ts'
import type { Draft } from './draft.ts'

/** A rewrite of graphs of one kind (real numbers or integers) that keeps what they compute. */
export interface Pass<T extends AnyTensor = FloatTensor> {
  /** kebab-case, equal to the file's name. */
  readonly name: string
  /** One line: what is different afterwards. */
  readonly title: string
  /**
   * Rewrites one place of the draft if the pass has something to do at this node, and says whether it did.
   * It is asked about every node again until it has nothing to do anywhere.
   */
  rewrite(draft: Draft<T>, node: Node): boolean
}
