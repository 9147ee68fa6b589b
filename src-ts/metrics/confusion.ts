import { countRecords, type Predictions, perLabel, type Scores, wrong } from './predictions.ts'
import { probabilities } from './probabilities.ts'
import { mean } from './roc.ts'

/**
 * Returns 0 or 1 per label of one record: 1 where the probability reaches the label's threshold. With two or more labels, a
 * record in which no label does gets its most probable one (the first of equal ones): every record has a diagnosis.
 */
function decideRecord(probabilities: Float64Array, thresholds: readonly number[]): Uint8Array {
  const decisions = Uint8Array.from(probabilities, (probability, j) => Number(probability >= thresholds[j]))
  if (decisions.length > 1 && !decisions.includes(1)) decisions[probabilities.indexOf(Math.max(...probabilities))] = 1
  return decisions
}

/**
 * Returns the decisions of all records, row-major [records, labels]. `thresholds` are probabilities in label order; where labels
 * exclude each other they are not looked at: the largest logit wins, the first of equal ones.
 */
export function decide(predictions: Predictions, thresholds: readonly number[]): Uint8Array {
  countRecords(predictions)
  return decisionsOf(predictions, thresholds)
}

/** Returns the same of records whose labels nobody knows. */
export function decisionsOf(scores: Scores, thresholds: readonly number[]): Uint8Array {
  const width = scores.labels.length
  if (scores.kind === 'single-label') return largest(scores)
  if (thresholds.length !== width) throw wrong('thresholds', 'not one per label', thresholds.length, width)
  const all = probabilities(scores)
  const decisions = new Uint8Array(all.length)
  for (let row = 0; row < all.length; row += width)
    decisions.set(decideRecord(all.subarray(row, row + width), thresholds), row)
  return decisions
}

function largest({ labels, logits }: Scores): Uint8Array {
  const decisions = new Uint8Array(logits.length)
  for (let row = 0; row < logits.length; row += labels.length) {
    const own = logits.subarray(row, row + labels.length)
    decisions[row + own.indexOf(Math.max(...own))] = 1
  }
  return decisions
}

/** Counts and rates of one label. A rate whose denominator is 0 is NaN (null in JSON), not a flattering or damning number. */
export interface LabelScores {
  /** TP / (TP + FN). */
  readonly sensitivity: number
  /** TN / (TN + FP). */
  readonly specificity: number
  /** TP / (TP + FP). */
  readonly precision: number
  /** 2 TP / (2 TP + FP + FN). */
  readonly f1: number
  /** Records that have the label: TP + FN. */
  readonly support: number
  readonly truePositives: number
  readonly falsePositives: number
  readonly trueNegatives: number
  readonly falseNegatives: number
}

export interface Confusion {
  readonly perLabel: Readonly<Record<string, LabelScores>>
  /**
   * Multi-label: share of record-label pairs that are right, the mean accuracy of the labels (1 − Hamming loss), never that of one
   * label. Single-label: share of records that are right.
   */
  readonly accuracy: number
  /**
   * Single-label: mean sensitivity of the labels that are there. Multi-label: mean over the labels of (sensitivity +
   * specificity) / 2. What has no records is left out.
   */
  readonly balancedAccuracy: number
  /** Share of records in which every label is right. */
  readonly exactMatch: number
  /** Unweighted mean of the labels' F1; a label that is neither there nor ever called is left out. */
  readonly macroF1: number
  /** F1 of all record-label pairs together; equal to the accuracy of single-label decisions. */
  readonly microF1: number
  /** Mean of the labels' F1, weighted by their records. */
  readonly weightedF1: number
  /** Single-label only: records by their label (row) and by the label that they were given (column), in label order. */
  readonly matrix?: readonly (readonly number[])[]
}

/** Returns how decisions (0 or 1, row-major [records, labels], from `decide`) compare with the targets. */
export function confusion(
  decisions: Uint8Array,
  { kind, labels, targets }: Pick<Predictions, 'kind' | 'labels' | 'targets'>,
): Confusion {
  const single = kind === 'single-label'
  const width = labels.length
  if (decisions.length !== targets.length)
    throw wrong('decisions', 'not one per target', decisions.length, targets.length)
  const scores = labels.map((_, j) => labelScores(decisions, targets, j, width))
  const total = (count: keyof LabelScores) => scores.reduce((sum, score) => sum + score[count], 0)
  const right = total('truePositives') + total('trueNegatives')
  const records = targets.length / width
  let exact = 0
  for (let row = 0; row < targets.length; row += width)
    exact += Number(labels.every((_, j) => decisions[row + j] === targets[row + j]))
  const known = (values: readonly number[]) => values.filter(value => !Number.isNaN(value))
  return {
    perLabel: perLabel(labels, j => scores[j]),
    accuracy: single ? exact / records : right / targets.length,
    balancedAccuracy: mean(known(scores.map(s => (single ? s.sensitivity : (s.sensitivity + s.specificity) / 2)))),
    exactMatch: exact / records,
    macroF1: mean(known(scores.map(score => score.f1))),
    microF1: f1(total('truePositives'), total('falsePositives'), total('falseNegatives')),
    weightedF1: scores.reduce((sum, { support, f1 }) => sum + (support && support * f1), 0) / total('support'),
    ...(single && { matrix: matrixOf(decisions, targets, width) }),
  }
}

function matrixOf(decisions: Uint8Array, targets: Uint8Array, width: number): number[][] {
  const counts = Array.from({ length: width }, () => new Array<number>(width).fill(0))
  for (let row = 0; row < targets.length; row += width)
    counts[targets.indexOf(1, row) - row][decisions.indexOf(1, row) - row]++
  return counts
}

function labelScores(decisions: Uint8Array, targets: Uint8Array, label: number, width: number): LabelScores {
  const counts = [0, 0, 0, 0]
  for (let i = label; i < targets.length; i += width) counts[2 * targets[i] + decisions[i]]++
  const [trueNegatives, falsePositives, falseNegatives, truePositives] = counts
  return {
    sensitivity: truePositives / (truePositives + falseNegatives),
    specificity: trueNegatives / (trueNegatives + falsePositives),
    precision: truePositives / (truePositives + falsePositives),
    f1: f1(truePositives, falsePositives, falseNegatives),
    support: truePositives + falseNegatives,
    truePositives,
    falsePositives,
    trueNegatives,
    falseNegatives,
  }
}

function f1(truePositives: number, falsePositives: number, falseNegatives: number): number {
  return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives)
}
