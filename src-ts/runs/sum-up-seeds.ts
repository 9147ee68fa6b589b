import { join } from 'node:path'
import { spread } from '../metrics/spread.ts'

/** Scores on the validation split by the score's name: { macroAuc: { validation: .92 } }. */
type Scores = Readonly<Record<string, { readonly validation: number }>>

/** What one seed printed, as far as it is summed up here. */
export interface SeedResult {
  readonly data: { readonly synthetic: boolean }
  readonly epochs: readonly unknown[]
  readonly best?: { readonly epoch: number }
  readonly float?: Scores
  readonly int8?: Scores
}

/** Returns the scores of all seeds with their means, and which seed is best; without validation records there are none. */
export function sumUpSeeds(out: string, seeds: readonly number[], results: readonly SeedResult[]) {
  const runs = results.map(({ best, epochs, float, int8 }, i) => ({
    seed: seeds[i],
    dir: seedDir(out, seeds[i]),
    keptEpoch: best?.epoch,
    epochs: epochs.length,
    ...(float && { float }),
    ...(int8 && { int8 }),
  }))
  const [scoreName] = Object.keys(results[0].int8 ?? {})
  const { data } = results[0]
  if (scoreName === undefined) return { data, runs }
  const over = (kind: 'float' | 'int8') => ({
    [scoreName]: { validation: spread(results.map(result => result[kind]![scoreName].validation)) },
  })
  const int8 = results.map(result => result.int8![scoreName].validation)
  const best = runs[int8.indexOf(Math.max(...int8))]
  return { data, runs, float: over('float'), int8: over('int8'), best: { seed: best.seed, dir: best.dir } }
}

/** Returns the folder of a seed's model below `out`. */
export function seedDir(out: string, seed: number): string {
  return join(out, `seed-${seed}`)
}
