import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { HolterError } from '../errors.ts'
import { type IntGraph, tensorBytes } from '../ir/graph.ts'
import { leftOut, venvPython } from '../toolchain.ts'
import type { Engine } from './engine.ts'

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
  flavours: ['tflm'],
  missing() {
    const reason = leftOut('tflite-micro') ?? leftOut('Python')
    if (reason) return reason
    return venvPython() ? undefined : 'it is not installed. Run npm run setup'
  },
  async run({ graph, tflite }, _flavour, inputs, count) {
    const [result] = await runTfliteMicro([{ graph, tflite, inputs, count }])
    if (result instanceof Int8Array) return result
    throw new HolterError({ stage: 'engine', where: graph.name, problem: `tflite-micro refuses the file: ${result}` })
  },
}

/** Returns for each job the output rows one after another, or what TFLM said when it refused the file. One process for all. */
export async function runTfliteMicro(jobs: readonly Job[]): Promise<(Int8Array | string)[]> {
  const dir = mkdtempSync(join(tmpdir(), 'holter-tflite-micro-'))
  const file = (i: number, extension: string) => join(dir, `${String(i).padStart(6, '0')}.${extension}`)
  try {
    for (const [i, { graph, tflite, inputs, count }] of jobs.entries()) {
      const sizes = graph.inputs.map(tensor => tensorBytes(graph.tensors[tensor]))
      writeFileSync(file(i, 'tflite'), tflite)
      writeFileSync(file(i, 'json'), JSON.stringify({ inputs: sizes, outputs: graph.outputs.length, rows: count }))
      writeFileSync(file(i, 'in'), inputs)
    }
    await python(dir)
    return jobs.map((_, i) => {
      if (existsSync(file(i, 'err'))) return readFileSync(file(i, 'err'), 'utf8')
      return new Int8Array(Uint8Array.from(readFileSync(file(i, 'out'))).buffer)
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function python(dir: string): Promise<void> {
  const script = fileURLToPath(new URL('tflite-micro.py', import.meta.url))
  try {
    await promisify(execFile)(venvPython()!, [script, dir], { maxBuffer: 1 << 26 })
  } catch (error) {
    const { stderr, signal, code } = error as { stderr?: string; signal?: string; code?: number }
    const said = stderr?.trim().split('\n').at(-1)
    const problem = `the interpreter failed: ${said || `it ended with ${signal ?? `exit code ${code}`}`}`
    throw new HolterError({ stage: 'engine', where: 'tflite-micro', problem })
  }
}
