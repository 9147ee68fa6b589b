import { type Feature, flavours } from '../ops/flavour.ts'
import type { Form } from './engine.ts'

/** A form in one word, as commands and tables print and read it: `simd`, `simd-aot`. */
export function formName({ flavour, mode }: Form): string {
  return mode ? `${flavour}-${mode}` : flavour
}

/** Returns the flavours that an engine with these features runs, in the order of the table. */
export function moduleForms(has: readonly Feature[]): Form[] {
  return flavours
    .filter(({ features }) => features.every((feature: Feature) => has.includes(feature)))
    .map(({ name }) => ({ flavour: name }))
}

/** Features that every engine for modules has. */
export const commonFeatures: readonly Feature[] = [
  'SIMD128',
  'BulkMemory',
  'BulkMemoryOpt',
  'SignExt',
  'NontrappingFPToInt',
]
