import { execFile } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { engineFor } from '../engines/choose.ts'
import { HolterError } from '../errors.ts'
import { readFile, temporaryFolder } from '../files.ts'
import type { IntGraph } from '../ir/graph.ts'
import { root } from '../places.ts'
import { modelPath } from '../shipped-models.ts'
import { readTflite } from '../tflite/index.ts'
import type { RunRow } from './beat-network.ts'

/** A network in an engine of this process. */
export interface OpenNetwork {
  readonly graph: IntGraph
  readonly run: RunRow
}

/** Opens a .tflite file, or a model that ships by its name, in an engine that can answer at once: 'node' (the module that holter compile makes), or 'reference'. */
export async function openNetwork(model: string, engineName = 'node', flavour?: string): Promise<OpenNetwork> {
  const { engine, form } = engineFor(engineName, flavour)
  const path = modelPath(model, 'int8')
  const tflite = readFile(path, 'Give the path of an int8 .tflite file')
  const graph = readTflite(tflite, path)
  const session = await engine.open({ graph, tflite, module: each => compileElsewhere(path, each) }, form)
  if (!session.runNow) {
    await session.close()
    throw new HolterError({
      stage: 'usage',
      where: `--engine ${engineName}`,
      problem: 'it does not answer within this process, as a monitor needs it',
      expected: 'node or reference',
    })
  }
  return { graph, run: row => session.runNow!(row) }
}

/** Compiles a module in a process of its own: compilers need 300 MB, and a monitor that runs for days should not keep them. */
async function compileElsewhere(path: string, flavour: string): Promise<Uint8Array> {
  const folder = temporaryFolder('monitor')
  try {
    const holter = join(root, 'tools/holter.mjs')
    await promisify(execFile)(process.execPath, [holter, 'compile', path, '--flavour', flavour, '--out', folder])
    const module = readdirSync(folder).find(name => name.endsWith(`.${flavour}.wasm`))!
    return readFile(join(folder, module))
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new HolterError({
      stage: 'codegen',
      where: path,
      problem: `holter compile failed: ${stderr?.trim().split('\n').at(-1) ?? (error as Error).message}`,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
