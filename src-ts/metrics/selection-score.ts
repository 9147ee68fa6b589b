import { confusion, decide } from './confusion.ts'
import type { Predictions } from './predictions.ts'
import { macroAuc } from './roc.ts'

/** One number by which epochs, seeds and networks are compared on the validation split. */
export interface SelectionScore {
  /** Its key in JSON. */
  readonly name: 'macroAuc' | 'macroF1'
  /** Its name for people. */
  readonly title: string
  /** More is better; NaN when no label can be scored. */
  readonly value: number
}

/**
 * Returns the macro AUC of multi-label predictions (no threshold needed), the macro F1 of single-label ones: the largest logit
 * decides there, and rare classes count as much as the many normal beats, which accuracy alone would drown them in.
 */
export function selectionScore(predictions: Predictions): SelectionScore {
  return predictions.kind === 'single-label'
    ? { name: 'macroF1', title: 'macro F1', value: confusion(decide(predictions, []), predictions).macroF1 }
    : { name: 'macroAuc', title: 'macro AUC', value: macroAuc(predictions).macro }
}
