import { fileURLToPath } from 'node:url'
import { rowBytes } from '../codegen/manifest.ts'
import { HolterError } from '../errors.ts'
import type { IntGraph } from '../ir/graph.ts'
import { opByKind } from '../ops/index.ts'
import { tfliteName } from '../tflite/operator-names.ts'
import { leftOut, venvPython } from '../toolchain.ts'
import { filePorts, fromFile, toFile } from './borders.ts'
import type { Engine } from './engine.ts'
import { checkRows } from './session.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

/** A .tflite file and `count` rows of input bytes; `graph` says of what types they are, and of what types the file's are. */
export interface Job {
  readonly graph: IntGraph
  readonly tflite: Uint8Array
  readonly inputs: Int8Array
  readonly count: number
  /** Set where the rows are the hops of one stream. */
  readonly stream?: true
}

/**
 * The .tflite file in TensorFlow Lite Micro: the outside truth of the arithmetic, by the PyPI package (reference kernels).
 * The whole file runs, the QUANTIZE and DEQUANTIZE nodes at its borders too: it gets and gives values of its own types.
 */
export const tfliteMicro: Engine = {
  name: 'tflite-micro',
  runs: 'tflite',
  forms: [{ flavour: 'tflm' }],
  missing() {
    const reason = leftOut('tflite-micro') ?? leftOut('Python')
    if (reason) return reason
    return venvPython() ? undefined : 'it is not installed. Run npx holter setup python'
  },
  refuses({ nodes }) {
    const absent = new Set(nodes.map(({ op }) => opByKind(op)).filter(op => op.truth !== 'tflite-micro'))
    return absent.size ? `it does not have ${[...absent].map(tfliteName).join(', ')}` : undefined
  },
  async open({ graph, tflite }) {
    const absent = this.refuses!(graph)
    if (absent) throw refusal(graph, absent)
    const python = startPython()
    const began = process.hrtime.bigint()
    try {
      const refused = await load(python, graph, tflite)
      if (refused !== undefined) throw refusal(graph, refused)
    } catch (error) {
      await python.close()
      throw error
    }
    const loadNs = Number(process.hrtime.bigint() - began)
    const rows = (request: Request) => async (inputs: Int8Array, count: number) => {
      checkRows(inputs, count, rowBytes(graph, graph.inputs), graph.name)
      const result = await ask(python, request, graph, inputs, count)
      if (typeof result === 'string') throw refusal(graph, result)
      return result
    }
    return {
      run: rows(runOf(graph)),
      push: rows('push'),
      reset: async () => void (await python.ask('reset 0')),
      async time(row, reps) {
        checkRows(row, 1, rowBytes(graph, graph.inputs), graph.name)
        const { refused, runNs } = await python.ask(`time ${reps}`, toFile(graph, row, 1))
        if (refused !== undefined) throw refusal(graph, refused as string)
        return { loadNs, runNs: runNs as number[] }
      },
      close: python.close,
    }
  },
}

/** Returns for each job the output rows one after another, or what TFLM said when it refused the file. One process for all. */
export async function runTfliteMicro(jobs: readonly Job[]): Promise<(Int8Array | string)[]> {
  const results: (Int8Array | string)[] = []
  const python = startPython()
  try {
    for (const { graph, tflite, inputs, count, stream } of jobs) {
      const request = stream ? 'push' : runOf(graph)
      results.push((await load(python, graph, tflite)) ?? (await ask(python, request, graph, inputs, count)))
    }
  } finally {
    await python.close()
  }
  return results
}

function startPython(): WorkerProcess {
  const script = fileURLToPath(new URL('tflite-micro.py', import.meta.url))
  return startWorker(venvPython()!, [script], said => {
    return new HolterError({ stage: 'engine', where: 'tflite-micro', problem: `the interpreter failed: ${said}` })
  })
}

/** How the script is to run rows: each from the start of a stream, or one after another. */
type Request = 'run' | 'push'

/** Without states both give the same, and a push needs no new interpreter. */
function runOf({ states }: IntGraph): Request {
  return states ? 'run' : 'push'
}

/** Runs rows of the network in the types that the file itself has; returns rows of the network, or what TFLM says when it refuses. */
async function ask(python: WorkerProcess, request: Request, graph: IntGraph, inputs: Int8Array, count: number) {
  const { refused, bytes } = await python.ask(`${request} ${count}`, toFile(graph, inputs, count))
  return refused === undefined ? fromFile(graph, bytes, count) : (refused as string)
}

/** Loads a file; returns what TFLM says when it refuses it. */
async function load(python: WorkerProcess, graph: IntGraph, tflite: Uint8Array): Promise<string | undefined> {
  const sizes = filePorts(graph, 'inputs').map(port => port.bytes)
  const { refused } = await python.ask(`model ${tflite.length} ${graph.outputs.length} ${sizes.join(' ')}`, tflite)
  return refused as string | undefined
}

function refusal({ name }: IntGraph, said: string): HolterError {
  return new HolterError({ stage: 'engine', where: name, problem: `tflite-micro refuses the file: ${said}` })
}
