import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { elements, type IntGraph } from '../../src-ts/ir/graph.ts'
import { writeTflite } from '../../src-ts/tflite/write.ts'

/** A network and `count` rows of inputs one after another; a row holds all inputs of the network. */
export interface Job {
  readonly graph: IntGraph
  readonly inputs: Int8Array
  readonly count: number
  /** The file to run instead of the one that writeTflite makes of the graph. */
  readonly file?: Uint8Array
}

/** Returns for each job the output bytes of all rows one after another, or what TFLM said when it refused the file. */
export function runTfliteMicro(python: string, jobs: readonly Job[]): (Int8Array | string)[] {
  const folder = mkdtempSync(join(tmpdir(), 'holter-tflite-micro-'))
  try {
    const base = (i: number) => join(folder, String(i).padStart(6, '0'))
    jobs.forEach(({ graph, inputs, count, file }, i) => {
      const sizes = graph.inputs.map(index => elements(graph.tensors[index].shape))
      writeFileSync(`${base(i)}.tflite`, file ?? writeTflite(graph))
      writeFileSync(`${base(i)}.json`, JSON.stringify({ inputs: sizes, outputs: graph.outputs.length, rows: count }))
      writeFileSync(`${base(i)}.in`, inputs)
    })
    const script = fileURLToPath(new URL('tflite-micro.py', import.meta.url))
    // TFLM writes its own remarks to stderr; the refusal that counts comes back as a file.
    execFileSync(python, [script, folder], { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 1 << 28 })
    return jobs.map((_, i) => {
      if (existsSync(`${base(i)}.err`)) return readFileSync(`${base(i)}.err`, 'utf8')
      return new Int8Array(Uint8Array.from(readFileSync(`${base(i)}.out`)).buffer)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
