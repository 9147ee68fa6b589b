import type { Opened, Standardization } from '../ecg/datasets/dataset.ts'
import type { Metadata } from '../ir/metadata.ts'
import type { Fitted } from '../metrics/fitted.ts'
import type { Task } from '../tasks/task.ts'

/** Returns the metadata of a model: all that its file must know to be used and traced. */
export function modelMetadata(
  task: Task,
  network: string,
  standardization: Standardization,
  { thresholds, temperature }: Fitted,
  provenance: Record<string, unknown>,
): Metadata {
  return {
    version: 1,
    task: task.name,
    network,
    kind: task.kind,
    labels: [...task.labels],
    leads: [...task.leads],
    sampleRateHz: task.sampleRateHz,
    samples: task.samples,
    ...(task.width && { width: task.width }),
    unit: standardization.drawn ? 'grey' : task.unit,
    ...copied(standardization),
    thresholds: [...thresholds],
    ...(temperature !== undefined && { temperature }),
    rounding: 'tflm-double',
    provenance,
  }
}

/** Returns the scaling of a model's inputs. */
export function standardizationOf({ mean, deviation, features, drawn }: Metadata): Standardization {
  return { mean, deviation, ...(features && { features }), ...(drawn && { drawn }) }
}

function copied({ mean, deviation, features, drawn }: Standardization) {
  const scaling = { mean, deviation, ...(drawn && { drawn: { ...drawn } }) }
  if (!features) return scaling
  const { names, ...numbers } = features
  return {
    ...scaling,
    features: { names: [...names], mean: [...numbers.mean], deviation: [...numbers.deviation] },
  }
}

/** What a model must say about the records that it learned from. */
export function provenanceOf({ name, synthetic, hash, records, dropped }: Opened) {
  return { data: { name, synthetic, sha256: hash, records, dropped } }
}
