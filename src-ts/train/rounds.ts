import type { Dataset, SplitName } from '../ecg/datasets/dataset.ts'
import { crossValidation } from '../ecg/datasets/splits.ts'
import { subset } from '../ecg/datasets/subset.ts'
import { HolterError } from '../errors.ts'

/** How records are dealt for cross-validation. */
export interface FoldsOptions {
  readonly folds: number
  readonly seed: number
  /** Gives every fold its share of each label, as far as groups can be dealt so. */
  readonly stratified: boolean
  /** What stays together: all records of a patient, or nothing, for tasks whose published splits go through patients. */
  readonly groups: 'patient' | 'record'
}

/** One round: what is trained on, and the fold that is held out and scored. */
export interface Round {
  readonly train: Dataset
  readonly heldOut: Dataset
}

/**
 * Returns the rounds of a cross-validation, one per fold. The same options give the same folds.
 * Throws HolterError when a label has no positive or no negative record on a side: nothing could be learned or scored there.
 */
export function roundsOf(dataset: Dataset, { folds, seed, stratified, groups }: FoldsOptions): Round[] {
  const records = dataset.records.map(({ id, patient }, index) => ({
    id,
    patient: groups === 'patient' ? patient : id,
    index,
  }))
  const splits = crossValidation(records, {
    folds,
    seed,
    ...(stratified && { labelsOf: index => labelsOf(dataset, index) }),
  })
  const side = (of: readonly { readonly index: number }[], split: SplitName) =>
    subset(
      dataset,
      of.map(({ index }) => index),
      split,
    )
  return splits.map(({ train, test }, k) => {
    const round = { train: side(train, 'train'), heldOut: side(test, 'validation') }
    checkLabels(round.heldOut, `fold ${k + 1} of ${folds}`)
    checkLabels(round.train, `the records beside fold ${k + 1} of ${folds}`)
    return round
  })
}

function labelsOf({ labels, targets }: Dataset, index: number): number[] {
  return [...labels.keys()].filter(label => targets[index * labels.length + label] === 1)
}

function checkLabels({ labels, targets, length }: Dataset, where: string): void {
  const counts = labels.map(() => 0)
  for (const [i, target] of targets.entries()) counts[i % labels.length] += target
  for (const [j, label] of labels.entries()) {
    if (counts[j] > 0 && counts[j] < length) continue
    throw new HolterError({
      stage: 'train',
      where,
      problem: `${counts[j] === 0 ? 'no record has' : 'every record has'} the label ${label}, so it cannot be scored`,
      hint: 'Take fewer --folds, add --stratified, or use more records',
    })
  }
}
