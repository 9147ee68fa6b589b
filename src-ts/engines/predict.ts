import { layerTable } from '../codegen/layer-table.ts'
import { rowBytes } from '../codegen/manifest.ts'
import { type Dataset, recordSize } from '../ecg/datasets/dataset.ts'
import { asSeen } from '../ecg/datasets/drawn.ts'
import { HolterError } from '../errors.ts'
import { type ActivationType, arrays, fromBytes, type IntGraph, toBytes } from '../ir/graph.ts'
import { type PatientPredictions, predictionsOf } from '../metrics/predictions.ts'
import { logitsOf } from '../metrics/probabilities.ts'
import { endsInProbabilities } from '../ops/probability-end.ts'
import { dequantizeValues } from '../quantize/values.ts'
import type { Report } from '../watch.ts'
import type { EngineChoice } from './choose.ts'
import type { RunnableModel, Session } from './engine.ts'
import { interleave, quantizeInput } from './input.ts'
import { node } from './node.ts'
import { reference } from './reference.ts'
import { withSession } from './session.ts'

/** Records that go through an engine at a time: enough to forget the call, little memory. */
const ENGINE_RECORDS = 64

/** The reference computes about 3 · 10⁸ multiply-accumulates a second; a module takes two seconds to compile. */
const REFERENCE_MACS = 3e8

/**
 * Returns the int8 model's predictions on a split: its own output bytes, by the engine that is named, or else by the one that answers first. Of a network that ends in
 * probabilities the logits are those that give these probabilities.
 */
export async function predictInt8(
  model: RunnableModel,
  dataset: Dataset,
  choice?: EngineChoice,
  report?: Report,
): Promise<PatientPredictions> {
  const { engine, form } = choice ?? soonest(model.graph, dataset.length)
  const { quantization, type } = model.graph.tensors[model.graph.outputs[0]]
  const width = dataset.labels.length
  const logits = new Float32Array(dataset.length * width)
  const seen = asSeen(dataset, model.graph.metadata ?? {})
  await withSession(engine, model, form, async session => {
    for (let first = 0; first < dataset.length; first += ENGINE_RECORDS) {
      const count = Math.min(ENGINE_RECORDS, dataset.length - first)
      const rows = quantizeRecords(model.graph, seen, first, count)
      const bytes = model.graph.states
        ? await streamRecords(session, model.graph, rows, count)
        : await session.run(rows, count)
      logits.set(dequantizeValues(fromBytes(bytes, type) as Int8Array, quantization!), first * width)
      report?.(first + count, dataset.length)
    }
  })
  if (!endsInProbabilities(model.graph)) return predictionsOf(dataset, logits)
  return predictionsOf(dataset, logitsOf(logits, dataset.kind, quantization!.scale[0]))
}

/** What answers first: a module has to be compiled, which takes longer than the reference does for few records. */
function soonest(graph: IntGraph, records: number): EngineChoice {
  return layerTable(graph).macs * records < REFERENCE_MACS
    ? { engine: reference, form: reference.forms[0] }
    : { engine: node, form: { flavour: 'simd' } }
}

/**
 * Feeds each record to a stream of its own and returns what it says at the end: that is the network's answer to the record as one window.
 * Zero points before a record fill its first hop.
 */
async function streamRecords(session: Session, graph: IntGraph, records: Int8Array, count: number): Promise<Int8Array> {
  if (graph.inputs.length > 1) {
    const problem = 'a stream with further inputs cannot be scored on records'
    throw new HolterError({ stage: 'engine', where: graph.name, problem, got: `${graph.inputs.length} inputs` })
  }
  const hopBytes = rowBytes(graph, graph.inputs)
  const outBytes = rowBytes(graph, graph.outputs)
  const recordBytes = records.length / count
  const hops = Math.ceil(recordBytes / hopBytes)
  const { type, quantization } = graph.tensors[graph.inputs[0]]
  const quiet = new arrays[type as ActivationType](hops * hopBytes).fill(quantization!.zeroPoint[0])
  const padded = toBytes(quiet).subarray(0, hops * hopBytes)
  const ends = new Int8Array(count * outBytes)
  for (let record = 0; record < count; record++) {
    padded.set(records.subarray(record * recordBytes, (record + 1) * recordBytes), padded.length - recordBytes)
    await session.reset()
    const all = await session.push(padded, hops)
    ends.set(all.subarray(-outBytes), record * outBytes)
  }
  return ends
}

/** Returns records as the integer network's rows: the signal, then the features where there are any. */
function quantizeRecords(graph: IntGraph, dataset: Dataset, first: number, count: number): Int8Array {
  const signals = readColumns(recordSize(dataset), count, (i, out, at) => dataset.read(first + i, out, at))
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
