import { byName } from '../errors.ts'
import { elements, type FloatGraph } from '../ir/graph.ts'
import type { WeightBits } from '../ops/op.ts'
import type { Tf } from '../train/tf.ts'
import { calibrate, type Ranges } from './calibrate.ts'
import { chooseInt16, type Int16Choice, type Int16Goal } from './choose-int16.ts'
import { correctBias } from './correct-bias.ts'
import { equalize } from './equalize.ts'
import { rangeMethods } from './ranges/index.ts'
import { type Scheme, schemeFor } from './scheme.ts'

/** How a network becomes integers. What is left out: 8 bits, int8 throughout, the first rule for ranges, nothing else. */
export interface Precision {
  readonly weightBits?: WeightBits
  /** What computes in int16: nodes by the names of their tensors, or how good the outputs shall be. */
  readonly int16?: readonly string[] | Int16Goal
  /** Name of the rule for ranges (quantize/ranges). */
  readonly ranges?: string
  /** Makes neighbouring layers of like size first (equalize.ts). */
  readonly equalize?: boolean
  /** Takes back the means that quantization moves (correct-bias.ts). */
  readonly correctBias?: boolean
}

/** Returns the precision among other options. */
export function precisionOf({ weightBits, int16, ranges, equalize, correctBias }: Precision): Precision {
  return {
    ...(weightBits && { weightBits }),
    ...(int16 && { int16 }),
    ...(ranges && { ranges }),
    ...(equalize && { equalize }),
    ...(correctBias && { correctBias }),
  }
}

/** Returns what a file says of its precision; nothing of the plain one. */
export function precisionNote({ weightBits = 8, int16 = [], ...more }: Precision): Precision {
  const plain = weightBits === 8 && Array.isArray(int16) && int16.length === 0 && Object.keys(more).length === 0
  return plain ? {} : { weightBits, int16, ...more }
}

/** All that `quantize` needs. */
export interface IntegerForm {
  readonly graph: FloatGraph
  readonly ranges: Ranges
  readonly scheme: Scheme
  /** Where it was left to the quantizer. */
  readonly int16?: Int16Choice
}

/** Rows that are calibrated on at once. */
const BATCH_ROWS = 32
/** Rows on which biases are corrected and noise is measured. */
const PROBE_ROWS = 64

/** Returns what a graph becomes integers by, found on standardized rows of training records; a row holds all inputs of the graph. */
export function integerForm(
  tf: Tf,
  lowered: FloatGraph,
  rows: Float32Array,
  { weightBits = 8, int16 = [], ranges: rule = rangeMethods[0].name, ...steps }: Precision,
): IntegerForm {
  const method = byName('ranges', rule, rangeMethods)
  const float = steps.equalize ? equalize(lowered) : lowered
  const size = float.inputs.reduce((sum, index) => sum + elements(float.tensors[index].shape), 0)
  const perBatch = BATCH_ROWS * size
  const batches = Array.from({ length: Math.ceil(rows.length / perBatch) }, (_, i) =>
    rows.subarray(i * perBatch, (i + 1) * perBatch),
  )
  const ranges = calibrate(tf, float, batches, method)
  const probe = rows.subarray(0, PROBE_ROWS * size)
  const chosen = 'decibels' in int16 ? chooseInt16(tf, float, ranges, weightBits, probe, int16) : undefined
  const scheme = schemeFor(float, weightBits, chosen ? chosen.nodes : (int16 as readonly string[]))
  const graph = steps.correctBias ? correctBias(tf, float, ranges, scheme, probe) : float
  return { graph, ranges, scheme, ...(chosen && { int16: chosen }) }
}
