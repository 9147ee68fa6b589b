import type { PatientPredictions } from './predictions.ts'
import { fitTemperature } from './temperature.ts'
import { chooseThresholds } from './threshold.ts'

/** How logits are read; fitted on the validation fold. */
export interface Fitted {
  readonly thresholds: readonly number[]
  /** Absent when no records were left to fit it on. */
  readonly temperature?: number
}

/** Returns thresholds and temperature by a model's predictions on the validation fold; without any, thresholds of .5. */
export function fitToValidation(
  { labels }: { readonly labels: readonly string[] },
  predictions?: PatientPredictions,
): Fitted {
  if (!predictions) return { thresholds: labels.map(() => 0.5) }
  return { thresholds: chooseThresholds(predictions), temperature: fitTemperature(predictions) }
}
