import type { Opened } from '../ecg/datasets/dataset.ts'

/** Stands before every score on them. */
export const SYNTHETIC_SENTENCE = 'SYNTHETIC records: the scores say nothing about patients.'

/** Stands beside all that a model says which was trained, pruned or calibrated on them. */
export function syntheticModelSentence(model: string): string {
  return `${model} was made with SYNTHETIC records: it says nothing about patients.`
}

/** "Records: folds 1–8 3,306 (414 409 …), fold 9 468, fold 10 252; dropped: 64 no superclass.", or by splits where there are no folds. */
export function countsSentence({ records, folds, dropped }: Pick<Opened, 'records' | 'folds' | 'dropped'>): string {
  const number = (n: number) => n.toLocaleString('en')
  const reasons = Object.entries(dropped).filter(([, n]) => n > 0)
  const left = reasons.length ? `; dropped: ${reasons.map(([reason, n]) => `${number(n)} ${reason}`).join(', ')}` : ''
  const { train, validation, test } = records
  if (!folds) return `Records: ${number(train)} train, ${number(validation)} validation, ${number(test)} test${left}.`
  const training = folds.slice(0, 8).map(number).join(' ')
  return `Records: folds 1–8 ${number(train)} (${training}), fold 9 ${number(validation)}, fold 10 ${number(test)}${left}.`
}
