import type { LayersModel } from '@tensorflow/tfjs-layers'
import type * as v from 'valibot'
import type { Dataset } from '../../ecg/datasets/dataset.ts'
import type { CompiledModel } from '../../engines/model.ts'
import type { Metadata } from '../../ir/metadata.ts'
import type { Recipe } from '../../networks/network.ts'
import type { LossTerm } from '../../train/loss.ts'
import type { Masks } from '../../train/prune/masks.ts'
import type { Tf } from '../../train/tf.ts'
import type { Context } from '../../watch.ts'
import { type Line, type OptionsSchema, optionsOf } from './line.ts'

/** What one step hands to the next. */
export interface Piece {
  /** A step may train it on, or put a smaller one in its place. */
  readonly model: LayersModel
  /** Weights that stay zero. */
  readonly masks?: Masks
  /** Once it was quantized. */
  readonly int8?: CompiledModel
}

/** What a step works with; the records that are to score its result are not here. */
export interface Workshop extends Context {
  readonly tf: Tf
  readonly train: Dataset
  /** Standardization among them; thresholds are not used. */
  readonly metadata: Metadata
  /** By which the network was trained. */
  readonly recipe: Recipe
  readonly seed: number
  readonly dataHash: string
  /** Terms of the loss when teachers help; default the labels alone. */
  readonly terms?: readonly LossTerm[]
  /** A folder of the step's own for its checkpoint. */
  readonly out: string
  /** Goes on from the checkpoint that lies there. */
  readonly resume?: boolean
}

/** Turns a piece into the next one; undefined when the signal came first. */
export type Work = (piece: Piece, workshop: Workshop) => Promise<Piece | undefined>

/** A step of compression that can be repeated on every fold: what a command of the same name does, in memory. */
export interface Step {
  /** That of the command, and the first word of a line. */
  readonly name: string
  /** One line for --help. */
  readonly title: string
  /** Reads the options of a line. Throws HolterError when they do not fit. */
  prepare(line: Line): Work
}

/** Returns a step whose options have a schema. */
export function step<S extends OptionsSchema>({
  options,
  check,
  work,
  ...about
}: Pick<Step, 'name' | 'title'> & {
  readonly options: S
  /** Throws HolterError when options do not go together. */
  check?(options: v.InferOutput<S>): unknown
  work(piece: Piece, options: v.InferOutput<S>, workshop: Workshop): Promise<Piece | undefined>
}): Step {
  return {
    ...about,
    prepare(line) {
      const chosen = optionsOf(options, line)
      check?.(chosen)
      return (piece, workshop) => work(piece, chosen, workshop)
    },
  }
}
