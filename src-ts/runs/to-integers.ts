import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Dataset, Standardization } from '../ecg/datasets/dataset.ts'
import { standardizedRows } from '../ecg/datasets/standardized-rows.ts'
import { type CompiledModel, toModel } from '../engines/model.ts'
import type { FloatGraph, IntGraph } from '../ir/graph.ts'
import type { Metadata } from '../ir/metadata.ts'
import { runFloatPasses } from '../passes/float/index.ts'
import { type IntegerForm, integerForm, type Precision } from '../quantize/form.ts'
import { quantize } from '../quantize/quantize.ts'
import { inputColumns } from '../quantize/rows.ts'
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

/** Returns standardized training records, drawn by `seed`, as rows to calibrate on. */
export function calibrationRecords(train: Dataset, standardization: Standardization, seed: number): Float32Array {
  return standardizedRows(train, standardization, Math.min(CALIBRATION_RECORDS, train.length), seed)
}

/** Returns the integer network of a lowered graph, calibrated on training records drawn by `seed`. */
export function toIntegers(
  tf: Tf,
  lowered: FloatGraph,
  train: Dataset,
  standardization: Standardization,
  seed: number,
  precision: Precision = {},
): IntegerForm & { readonly integers: IntGraph } {
  const form = integerForm(tf, lowered, calibrationRecords(train, standardization, seed), precision)
  return { ...form, integers: quantize(form.graph, form.ranges, form.scheme) }
}

/**
 * Returns a trained model as its integer file says it, calibrated on training records, and what it was made from.
 * Without a precision it is int8 throughout.
 */
export function quantizeTrained(
  tf: Tf,
  model: LayersModel,
  metadata: Metadata,
  train: Dataset,
  { seed, name, precision }: { readonly seed: number; readonly name: string; readonly precision?: Precision },
): IntegerForm & { readonly int8: CompiledModel } {
  const { integers, ...form } = toIntegers(tf, lower(tf, model, metadata, train), train, metadata, seed, precision)
  return { ...form, int8: toModel(integers, name) }
}
