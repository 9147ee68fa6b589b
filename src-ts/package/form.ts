import type { Build } from '../codegen/build.ts'
import type { CompiledModel } from '../engines/model.ts'
import type { Adc } from '../ir/input-map.ts'
import type { Flavour } from '../ops/flavour.ts'
import type { Sizes } from './budget.ts'
import type { Board, Target } from './target.ts'
import type { Vectors } from './vectors.ts'

/** What a package is made of. */
export interface Order {
  readonly model: CompiledModel
  /** For names of macros: the file's name without its ending. */
  readonly name: string
  readonly made: Build
  readonly target: Target
  readonly board: Board
  readonly adc: Adc
  readonly vectors: Vectors
  /** Present where the module is a monitor's. */
  readonly monitor?: MonitorNames
}

/** What a monitor's host must know. */
export interface MonitorNames {
  readonly leads: readonly string[]
  readonly sampleRateHz: number
  readonly frames: number
  readonly labels: readonly string[]
  readonly rules: readonly { readonly id: string; readonly priority: string }[]
}

/** A file of a package. */
export interface PackageFile {
  readonly name: string
  readonly contents: string | Uint8Array
}

/** How a module is run on a device: one of the words of `form` in target.json. */
export interface Form {
  readonly flavour: Flavour
  /** The files that differ from model to model; board's `sources` come beside them. */
  files(order: Order): Promise<PackageFile[]>
  /** What the image takes, from the plan alone: checked before anything is compiled. */
  estimate(order: Order): Sizes
  /** The same measured in the linked image `elf` in `folder`. */
  measure(order: Order, folder: string, elf: string): Sizes
}
