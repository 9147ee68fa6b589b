import type { Dataset } from '../ecg/datasets/dataset.ts'
import { fromBytes, type IntGraph } from '../ir/graph.ts'
import { type PatientPredictions, predictionsOf } from '../metrics/predictions.ts'
import { logitsOf } from '../metrics/probabilities.ts'
import { endsInProbabilities } from '../ops/probability-end.ts'
import { dequantizeValues } from '../quantize/values.ts'
import type { Report } from '../watch.ts'
import type { EngineChoice } from './choose.ts'
import type { RunnableModel } from './engine.ts'
import { interleave, quantizeInput } from './input.ts'
import { node } from './node.ts'
import { withSession } from './session.ts'

/** Records that go through an engine at a time: enough to forget the call, little memory. */
const ENGINE_RECORDS = 64

/**
 * Returns the int8 model's predictions on a split: its own output bytes, by the engine that is named. Of a network that ends in
 * probabilities the logits are those that give these probabilities.
 */
export async function predictInt8(
  model: RunnableModel,
  dataset: Dataset,
  { engine, form }: EngineChoice = { engine: node, form: { flavour: 'simd' } },
  report?: Report,
): Promise<PatientPredictions> {
  const { quantization, type } = model.graph.tensors[model.graph.outputs[0]]
  const width = dataset.labels.length
  const logits = new Float32Array(dataset.length * width)
  await withSession(engine, model, form, async session => {
    for (let first = 0; first < dataset.length; first += ENGINE_RECORDS) {
      const count = Math.min(ENGINE_RECORDS, dataset.length - first)
      const bytes = await session.run(quantizeRecords(model.graph, dataset, first, count), count)
      logits.set(dequantizeValues(fromBytes(bytes, type) as Int8Array, quantization!), first * width)
      report?.(first + count, dataset.length)
    }
  })
  if (!endsInProbabilities(model.graph)) return predictionsOf(dataset, logits)
  return predictionsOf(dataset, logitsOf(logits, dataset.kind, quantization!.scale[0]))
}

/** Returns records as the integer network's rows: the signal, then the features where there are any. */
function quantizeRecords(graph: IntGraph, dataset: Dataset, first: number, count: number): Int8Array {
  const signals = readColumns(dataset.samples * dataset.leads.length, count, (i, out, at) =>
    dataset.read(first + i, out, at),
  )
  const parts = [quantizeInput(graph, signals)]
  const { features } = dataset
  if (features) {
    const numbers = readColumns(features.names.length, count, (i, out, at) => features.read(first + i, out, at))
    parts.push(quantizeInput(graph, numbers, 1))
  }
  return interleave(parts, count)
}

function readColumns(size: number, count: number, read: (i: number, out: Float32Array, at: number) => void) {
  const values = new Float32Array(count * size)
  for (let i = 0; i < count; i++) read(i, values, i * size)
  return values
}
