import type { IntGraph } from '../ir/graph.ts'

/** A way of running a model. */
export interface Engine {
  /** kebab-case; the word after --engine. */
  readonly name: string
  /** What it runs: the integer graph, a .tflite file, or a compiled module of a flavour. */
  readonly runs: 'graph' | 'tflite' | 'module'
  /** All forms in which it can run a model, the fastest last; for graph and tflite one, whose flavour names it in tables. */
  readonly forms: readonly Form[]
  /** Undefined when it can run here, else why not and what to install, one clause. */
  missing(): string | undefined
  /** Undefined when it can run this network, else why not, one clause; absent where it runs every one. */
  refuses?(graph: IntGraph): string | undefined
  /** Prepares or compiles a model once, to run it many times. The caller closes the session; `withSession` does. */
  open(model: RunnableModel, form: Form): Promise<Session>
}

/** A flavour of the module, compiled as it loads or, with mode 'aot', ahead of time. */
export interface Form {
  readonly flavour: string
  readonly mode?: 'aot'
}

/** A model that is ready to run. One call at a time. */
export interface Session {
  /**
   * Runs `count` inputs and returns the outputs in the same order. Bytes in, bytes out: rows hold all inputs (outputs) of the graph one
   * after another, each value in its tensor's type, little endian. Throws HolterError when `inputs` are not `count` rows.
   */
  run(inputs: Int8Array, count: number): Promise<Int8Array>
  /** Runs one row at once, without a promise, for work in real time; present where the engine runs in this process. */
  runNow?(row: Int8Array): Int8Array
  /**
   * Runs `count` inputs as the next hops of one stream: each goes on where the one before stopped, in this call or an earlier one. Of a
   * network without states the same as `run`, which starts every input anew, and leaves the stream at an end of its own.
   */
  push(inputs: Int8Array, count: number): Promise<Int8Array>
  /** Pushes one row at once, without a promise; present where `runNow` is. */
  pushNow?(row: Int8Array): Int8Array
  /** Begins a new stream: every state is at its start. So it is when the session opens. */
  reset(): Promise<void>
  /** Times `reps` runs of one row without the cost of calling; present where the engine has a clock of its own. */
  time?(row: Int8Array, reps: number): Promise<Times>
  /** Ends what the session holds, such as a process, also in the middle of a run. */
  close(): Promise<void>
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
