import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import type { FloatGraph } from '../ir/graph.ts'
import { type PatientPredictions, predictionsOf } from '../metrics/predictions.ts'
import { evaluateFloat } from '../passes/float/evaluate.ts'
import { inputTensors, orderedBatches } from '../train/batches.ts'
import type { Tf } from '../train/tf.ts'
import type { Report } from '../watch.ts'

const BATCH_RECORDS = 128

/** Returns what a float graph that ends in logits says of every record of a split. */
export function predictGraph(
  tf: Tf,
  graph: FloatGraph,
  dataset: Dataset,
  standardization: Standardization,
  report?: Report,
): PatientPredictions {
  const labels = dataset.labels.length
  const logits = new Float32Array(dataset.length * labels)
  let done = 0
  for (const batch of orderedBatches(dataset, standardization, BATCH_RECORDS)) {
    const own = tf.tidy(() => evaluateFloat(tf, graph, inputTensors(tf, batch))[0].dataSync<'float32'>())
    logits.set(own, done * labels)
    done += batch.size
    report?.(done, dataset.length)
  }
  return predictionsOf(dataset, logits)
}
