import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { rowLength, standardizedRows } from '../ecg/datasets/standardized-rows.ts'
import { toModel } from '../engines/model.ts'
import { byName } from '../errors.ts'
import type { FloatGraph, IntGraph } from '../ir/graph.ts'
import type { Metadata } from '../ir/metadata.ts'
import type { WeightBits } from '../ops/op.ts'
import { runFloatPasses } from '../passes/float/index.ts'
import { calibrate, type Ranges } from '../quantize/calibrate.ts'
import { quantize } from '../quantize/quantize.ts'
import { rangeMethods } from '../quantize/ranges/index.ts'
import { inputColumns } from '../quantize/rows.ts'
import { type Scheme, schemeFor } from '../quantize/scheme.ts'
import { exportGraph } from '../train/export.ts'
import type { Tf } from '../train/tf.ts'

/** How many training records the ranges of activations are taken from. */
const CALIBRATION_RECORDS = 400
/** Records on which each pass's result is compared with the one before. */
const PROBE_RECORDS = 4

/** Returns the network as the quantizer wants it; every pass is checked on a few training records. */
export function lower(tf: Tf, model: LayersModel, metadata: Metadata, train: Dataset): FloatGraph {
  const graph = exportGraph(model, metadata)
  const rows = standardizedRows(train, metadata, Math.min(PROBE_RECORDS, train.length), 1)
  const { columns, count } = inputColumns(graph, rows)
  const inputs = columns.map((column, i) =>
    tf.tensor(column, [count, ...graph.tensors[graph.inputs[i]].shape.slice(1)]),
  )
  try {
    return runFloatPasses(graph, { probe: { tf, inputs } })
  } finally {
    for (const input of inputs) input.dispose()
  }
}

/** Returns the ranges of a graph's tensors on training records drawn by `seed`, by the rule of a name. */
export function calibrateOn(
  tf: Tf,
  graph: FloatGraph,
  train: Dataset,
  standardization: Standardization,
  seed: number,
  ranges = rangeMethods[0].name,
): Ranges {
  const rows = standardizedRows(train, standardization, Math.min(CALIBRATION_RECORDS, train.length), seed)
  const perBatch = 32 * rowLength(train)
  const batches = Array.from({ length: Math.ceil(rows.length / perBatch) }, (_, i) =>
    rows.subarray(i * perBatch, (i + 1) * perBatch),
  )
  return calibrate(tf, graph, batches, byName('ranges', ranges, rangeMethods))
}

/** Returns the integer network, calibrated on training records drawn by `seed`. */
export function toIntegers(
  tf: Tf,
  graph: FloatGraph,
  train: Dataset,
  standardization: Standardization,
  seed: number,
  scheme?: Scheme,
  ranges?: string,
): IntGraph {
  return quantize(graph, calibrateOn(tf, graph, train, standardization, seed, ranges), scheme)
}

/** In what numbers a network is to compute. */
export interface Precision {
  readonly weightBits: WeightBits
  /** Nodes that compute in int16, by the names of their outputs. */
  readonly int16: readonly string[]
  /** Name of the rule for ranges. */
  readonly ranges?: string
}

/**
 * Returns a trained model as its integer file says it, calibrated on training records, and the float graph that it was made from.
 * Without a precision it is int8 throughout.
 */
export function quantizeTrained(
  tf: Tf,
  model: LayersModel,
  metadata: Metadata,
  train: Dataset,
  { seed, name, precision }: { readonly seed: number; readonly name: string; readonly precision?: Precision },
) {
  const graph = lower(tf, model, metadata, train)
  const scheme = precision && schemeFor(graph, precision.weightBits, precision.int16)
  return { graph, int8: toModel(toIntegers(tf, graph, train, metadata, seed, scheme, precision?.ranges), name) }
}
