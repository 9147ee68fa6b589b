import type { PatientPredictions } from '../../src-ts/metrics/predictions.ts'
import { random } from '../../src-ts/random.ts'

/**
 * Returns made-up predictions with ties (logits on a grid of 1 / `steps`), several records per patient and labels that are
 * somewhat right. Rows: `records`; labels: 'A', 'B', … in the order given.
 */
export function madeUpPredictions(options: {
  seed: number
  records: number
  labels?: readonly string[]
  steps?: number
  prevalence?: number
  noise?: number
}): PatientPredictions {
  const { seed, records, labels = ['C', 'A', 'B'], steps = 8, prevalence = 0.3, noise = 1 } = options
  const { uniform, normal, integer } = random(seed)
  const targets = Uint8Array.from({ length: records * labels.length }, () => Number(uniform() < prevalence))
  const logits = Float64Array.from(targets, target => Math.round((2 * target - 1 + noise * normal()) * steps) / steps)
  const patients = Array.from({ length: records }, () => `p${integer(Math.ceil(records * 0.8))}`)
  return { labels, logits, targets, patients }
}

/** Returns made-up predictions of labels that exclude each other, unevenly many: label j half as often as label j − 1; with ties. */
export function madeUpBeats(options: {
  seed: number
  records: number
  labels?: readonly string[]
  steps?: number
}): PatientPredictions {
  const { seed, records, labels = ['N', 'S', 'V', 'F'], steps = 8 } = options
  const { uniform, normal, integer } = random(seed)
  const targets = new Uint8Array(records * labels.length)
  for (let row = 0; row < records; row++)
    targets[row * labels.length + Math.min(labels.length - 1, Math.floor(-Math.log2(1 - uniform())))] = 1
  const logits = Float64Array.from(targets, target => Math.round((3 * target - 1 + 1.2 * normal()) * steps) / steps)
  const patients = Array.from({ length: records }, () => `p${integer(Math.ceil(records / 20))}`)
  return { kind: 'single-label', labels, logits, targets, patients }
}
