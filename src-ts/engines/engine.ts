import type { IntGraph } from '../ir/graph.ts'

/** A way of running a model. Bytes in, bytes out: rows one after another, each value in its tensor's type, little endian. */
export interface Engine {
  /** kebab-case; the word after --engine. */
  readonly name: string
  /** What it runs: the integer graph, a .tflite file, or a compiled module of a flavour. */
  readonly runs: 'graph' | 'tflite' | 'module'
  /** Flavours of a module that it can run; for graph and tflite one entry that names the form in tables. */
  readonly flavours: readonly string[]
  /** Undefined when it can run here, else why not and what to install, one clause. */
  missing(): string | undefined
  /** Runs `count` inputs and returns the outputs in the same order. Rows hold all inputs (outputs) of the graph one after another. */
  run(model: RunnableModel, flavour: string, inputs: Int8Array, count: number): Promise<Int8Array>
  /** Times `reps` runs of one row without the cost of calling; present where the engine has a clock of its own. */
  time?(model: RunnableModel, flavour: string, row: Int8Array, reps: number): Promise<Times>
}

/** Nanoseconds of compiling and instantiating a module, and of each of its runs. */
export interface Times {
  readonly loadNs: number
  readonly runNs: readonly number[]
}

export interface RunnableModel {
  readonly graph: IntGraph
  /** Bytes of the .tflite file. */
  readonly tflite: Uint8Array
  /** Compiled module of a flavour, with its manifest in the custom section `holter`. */
  module(flavour: string): Promise<Uint8Array>
}
