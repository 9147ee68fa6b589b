import { runTfliteMicro as run } from '../../src-ts/engines/tflite-micro.ts'
import type { IntGraph } from '../../src-ts/ir/graph.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'

/** A network and `count` rows of inputs one after another; a row holds all inputs of the network. */
export interface Job {
  readonly graph: IntGraph
  readonly inputs: Int8Array
  readonly count: number
  /** The file to run instead of the one that writeTflite makes of the graph. */
  readonly file?: Uint8Array
  /** Set where the rows are the hops of one stream. */
  readonly stream?: true
}

/** Returns for each job the output bytes of all rows one after another, or what TFLM said when it refused the file. */
export function runTfliteMicro(jobs: readonly Job[]): Promise<(Int8Array | string)[]> {
  return run(jobs.map(job => ({ ...job, tflite: job.file ?? writeTflite(job.graph) })))
}
