import { HolterError } from '../../errors.ts'
import type { SplitName } from './dataset.ts'
import { type RecordPlan, splitOfFold } from './packed-dataset.ts'

/** Where a record's files are looked for. */
export interface FileOptions<Plan> {
  /** What an error names. */
  pathOf(plan: Plan): string
  isPresent(path: string): boolean
  /** Leave out records whose files are missing, and count them, instead of refusing the folder. */
  readonly skipMissing?: boolean
}

/**
 * Returns the records of a label table without those of the opened splits whose files are missing, which `dropped` counts.
 * Throws HolterError that names the first of them, unless `skipMissing` is set.
 */
export function withoutMissing<Plan extends RecordPlan>(
  plans: readonly Plan[],
  splits: readonly SplitName[],
  { pathOf, isPresent, skipMissing = false }: FileOptions<Plan>,
): { present: Plan[]; dropped: Record<string, number> } {
  const missing = new Set(plans.filter(plan => splits.includes(splitOfFold(plan.fold)) && !isPresent(pathOf(plan))))
  if (missing.size === 0) return { present: plans.slice(), dropped: {} }
  const [first] = missing
  if (!skipMissing) {
    const others = missing.size > 1 ? `, and so are those of ${missing.size - 1} more of its records` : ''
    throw new HolterError({
      stage: 'ecg',
      where: pathOf(first),
      problem: `the files of record ${first.id} in the label table are missing${others}`,
      hint: 'Complete the folder, or leave such records out with --skip-missing',
    })
  }
  return { present: plans.filter(plan => !missing.has(plan)), dropped: { 'missing file': missing.size } }
}
