import * as v from 'valibot'
import type { Dataset } from '../ecg/datasets/dataset.ts'
import { HolterError } from '../errors.ts'
import type { Metadata } from '../ir/metadata.ts'
import type { Recipe } from '../networks/network.ts'
import { checkNumbers } from './check-run.ts'

/** Only the form: check-run.ts has the ranges of the numbers. */
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
  if (!success) throw invalid(where, `${v.getDotPath(issues[0])}: ${issues[0].message}`)
  const { from, recipe } = output
  if (from) return recordedRecipe({ provenance: from }, where)
  if (recipe) {
    checkNumbers(recipe, (entry, problem, got) => {
      throw invalid(where, `recipe.${entry}: ${problem} (got ${got})`)
    })
  }
  return recipe
}

/** Returns what the provenance of a model says of its recipe: the recipe, and by name the auxiliary labels that it let count. */
export function recordRecipe(recipe: Recipe, train: Dataset): { recipe: Recipe; auxiliary?: readonly string[] } {
  const auxiliary = recipe.auxiliary ? train.auxiliary?.labels : undefined
  return { recipe, ...(auxiliary && { auxiliary }) }
}

function invalid(where: string, reason: string): HolterError {
  return new HolterError({
    stage: 'train',
    where,
    problem: `the model's provenance is not valid; ${reason}`,
    hint: 'Train the model again',
  })
}
