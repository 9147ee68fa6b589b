import { fileURLToPath } from 'node:url'
import { rowBytes } from '../codegen/manifest.ts'
import { HolterError } from '../errors.ts'
import { type IntGraph, tensorBytes } from '../ir/graph.ts'
import { leftOut, venvPython } from '../toolchain.ts'
import type { Engine } from './engine.ts'
import { checkRows } from './session.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

/** A .tflite file and `count` rows of input bytes; `graph` says of what types they are. */
export interface Job {
  readonly graph: IntGraph
  readonly tflite: Uint8Array
  readonly inputs: Int8Array
  readonly count: number
}

/** The .tflite file in TensorFlow Lite Micro: the outside truth of the arithmetic, by the PyPI package (reference kernels). */
export const tfliteMicro: Engine = {
  name: 'tflite-micro',
  runs: 'tflite',
  forms: [{ flavour: 'tflm' }],
  missing() {
    const reason = leftOut('tflite-micro') ?? leftOut('Python')
    if (reason) return reason
    return venvPython() ? undefined : 'it is not installed. Run npm run setup'
  },
  async open({ graph, tflite }) {
    const python = startPython()
    try {
      const refused = await load(python, graph, tflite)
      if (refused !== undefined) throw refusal(graph, refused)
    } catch (error) {
      await python.close()
      throw error
    }
    return {
      async run(inputs, count) {
        checkRows(inputs, count, rowBytes(graph, graph.inputs), graph.name)
        const { refused, bytes } = await python.ask(`run ${count}`, inputs)
        if (refused !== undefined) throw refusal(graph, refused as string)
        return bytes
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
    for (const { graph, tflite, inputs, count } of jobs) {
      const unread = await load(python, graph, tflite)
      const { refused, bytes } = unread === undefined ? await python.ask(`run ${count}`, inputs) : { refused: unread }
      results.push(refused === undefined ? bytes! : (refused as string))
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

/** Loads a file; returns what TFLM says when it refuses it. */
async function load(python: WorkerProcess, graph: IntGraph, tflite: Uint8Array): Promise<string | undefined> {
  const sizes = graph.inputs.map(tensor => tensorBytes(graph.tensors[tensor]))
  const { refused } = await python.ask(`model ${tflite.length} ${graph.outputs.length} ${sizes.join(' ')}`, tflite)
  return refused as string | undefined
}

function refusal({ name }: IntGraph, said: string): HolterError {
  return new HolterError({ stage: 'engine', where: name, problem: `tflite-micro refuses the file: ${said}` })
}
