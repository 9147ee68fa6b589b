import * as v from 'valibot'
import { HolterError } from '../errors.ts'
import type { Metadata } from '../ir/metadata.ts'
import type { Recipe } from '../networks/network.ts'

/** Only the form: the numbers are checked when a run begins (check-run.ts). */
const recipeSchema = v.object({
  epochs: v.number(),
  batchSize: v.number(),
  learningRate: v.number(),
  schedule: v.picklist(['one-cycle', 'cosine', 'constant']),
  weightDecay: v.number(),
  augment: v.union([v.literal(false), v.picklist(['record', 'beat'])]),
  cropSamples: v.optional(v.number()),
  averageDecay: v.optional(v.number()),
  mixup: v.optional(v.number()),
  clipNorm: v.optional(v.number()),
  warmUp: v.optional(v.number()),
  auxiliary: v.optional(v.number()),
  classBalance: v.optional(v.number()),
  includeValidation: v.optional(v.boolean()),
})

const provenanceSchema = v.object({
  recipe: v.optional(recipeSchema),
  from: v.optional(v.record(v.string(), v.unknown())),
})

/**
 * Returns the recipe by which a model was trained from its first weights on, even if it was pruned since; undefined if none is recorded.
 * Throws HolterError, which names `where`, when what is recorded is no recipe.
 */
export function recordedRecipe({ provenance }: Pick<Metadata, 'provenance'>, where: string): Recipe | undefined {
  const { success, issues, output } = v.safeParse(provenanceSchema, provenance)
  if (success) return output.from ? recordedRecipe({ provenance: output.from }, where) : output.recipe
  const [issue] = issues
  throw new HolterError({
    stage: 'train',
    where,
    problem: `the model's provenance is not valid; ${v.getDotPath(issue)}: ${issue.message}`,
    hint: 'Train the model again',
  })
}
