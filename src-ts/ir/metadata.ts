import * as v from 'valibot'

/**
 * What a .tflite file cannot say about an ECG network: the `holter` metadata entry of our files, and part of every module's manifest.
 * Float input is in millivolts and is standardized as (x − mean) / deviation before it is quantized.
 */
export const metadataSchema = v.object({
  /** Version of this record. */
  version: v.literal(1),
  /** Name of the task in tasks/index.ts, or the user's own. */
  task: v.string(),
  /** Name of the network in networks/index.ts. */
  network: v.optional(v.string()),
  labels: v.array(v.string()),
  /** Lead names in the order of the input's last axis. */
  leads: v.array(v.string()),
  sampleRateHz: v.pipe(v.number(), v.minValue(1)),
  /** Input length in samples per lead. */
  samples: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Columns of images, whose samples are rows and whose leads are channels; absent in signals. */
  width: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** Labels that exclude each other (softmax, the largest wins), or do not (sigmoids, thresholds). */
  kind: v.optional(v.picklist(['multi-label', 'single-label']), 'multi-label'),
  /** Of float input: millivolts, as the task scales it, or grey levels of a drawing, 0 (black) to 255. */
  unit: v.picklist(['mV', 'relative', 'grey']),
  mean: v.number(),
  deviation: v.pipe(v.number(), v.gtValue(0)),
  /**
   * The input is a drawing of the record on ECG paper (ecg/paper), 182 rows of 256 grey levels; mean and deviation here are of the millivolts that are
   * drawn, by which teachers of signals saw the records. Absent in networks of signals.
   */
  drawn: v.optional(v.object({ mean: v.number(), deviation: v.pipe(v.number(), v.gtValue(0)) })),
  /** Numbers that the second input takes, standardized each and clipped to ±4; absent when the signal is all. */
  features: v.optional(
    v.object({
      names: v.array(v.string()),
      mean: v.array(v.number()),
      deviation: v.array(v.pipe(v.number(), v.gtValue(0))),
    }),
  ),
  /** Decision threshold per label, on probabilities; chosen on the validation fold. */
  thresholds: v.array(v.number()),
  /**
   * Logits divided by this give probabilities that can be read as shares; fitted on the validation fold. Decisions do not know it:
   * `thresholds` are on the probabilities of the logits as they are.
   */
  temperature: v.optional(v.pipe(v.number(), v.gtValue(0))),
  rounding: v.literal('tflm-double'),
  /** Command, seed, data hash, record counts, figures: whatever made this model. */
  provenance: v.record(v.string(), v.unknown()),
})

export type Metadata = v.InferOutput<typeof metadataSchema>

/**
 * Returns whether a model, or the one that it was pruned from, was trained on the validation records too (Recipe.includeValidation), so that
 * they score and fit nothing.
 */
export function knowsValidation({ provenance }: Pick<Metadata, 'provenance'>): boolean {
  const { recipe, from } = provenance as { recipe?: { includeValidation?: unknown } | null; from?: unknown }
  if (recipe?.includeValidation === true) return true
  return typeof from === 'object' && from !== null && knowsValidation({ provenance: { ...from } })
}

/** What a provenance says of records, as far as it is asked here. */
interface Origin {
  readonly data?: { readonly synthetic?: unknown }
  readonly quantization?: Origin
  readonly teachers?: unknown
  readonly from?: Origin | null
}

/** Returns whether a model says that the records that it learned from were real. */
export function learnedFromReal({ provenance }: Pick<Metadata, 'provenance'>): boolean {
  return (provenance as Origin).data?.synthetic === false
}

/** Returns whether synthetic records had a part in making a model: in its training, that of its teachers or of what it was pruned from, or in its calibration. */
export function madeWithSynthetic({ provenance }: Pick<Metadata, 'provenance'>): boolean {
  const touched = ({ data, quantization, teachers, from }: Origin): boolean =>
    data?.synthetic === true ||
    (Array.isArray(teachers) && teachers.some(teacher => teacher?.synthetic === true)) ||
    [quantization, from].some(origin => typeof origin === 'object' && origin !== null && touched(origin))
  return touched(provenance)
}

/** Returns the record as JSON text that does not depend on the order in which its fields were set. */
export function metadataJson(metadata: Metadata): string {
  const sorted = (_: string, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  return JSON.stringify(metadata, sorted, 1)
}
