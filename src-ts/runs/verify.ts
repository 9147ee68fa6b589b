import { readManifest } from '../codegen/manifest.ts'
import { onlyFlavours } from '../engines/choose.ts'
import type { Engine, RunnableModel } from '../engines/engine.ts'
import { engines } from '../engines/index.ts'
import { compareLayers, type LayerParity } from '../engines/layers.ts'
import { loadModel } from '../engines/model.ts'
import { node } from '../engines/node.ts'
import { compareEngines, type ParityRow, probeInputs } from '../engines/parity.ts'
import { tfliteMicro } from '../engines/tflite-micro.ts'
import { HolterError } from '../errors.ts'
import { readFile } from '../files.ts'
import { tensorBytes } from '../ir/graph.ts'
import { defaultFlavours, type Flavour } from '../ops/flavour.ts'
import { type Context, watched } from '../watch.ts'

export interface VerifyInput {
  /** A .tflite file of int8 (or 16×8) arithmetic. */
  readonly model: string
  /** How many inputs are run. Default 64. */
  readonly inputs?: number
  /** Of these inputs. Default 1. */
  readonly seed?: number
  /** Flavour of the modules; default all that are built by default. */
  readonly flavour?: Flavour
  /** Compares this wasm module only, instead of freshly compiled ones. */
  readonly module?: string
}

/** Runs every engine and flavour found here on seeded inputs and compares each output byte with the reference. */
export async function verify(input: VerifyInput, context: Context = {}): Promise<ParityRow[]> {
  const loaded = loadModel(input.model)
  const { model, chosen } =
    input.module === undefined
      ? { model: loaded, chosen: onlyFlavours(engines, wantedFlavours(input)) }
      : withModule(loaded, input.module)
  return prove(model, { inputs: input.inputs, seed: input.seed, chosen }, context)
}

/** Every intermediate tensor beside the reference's: in tflite-micro where it is, and in the modules in this process. */
export async function verifyLayers(input: VerifyInput, { say }: Context = {}): Promise<LayerParity[]> {
  const { inputs = INPUTS, seed, module } = input
  const model = loadModel(input.model)
  if (module !== undefined) {
    const problem = 'a module shows its outputs only'
    throw new HolterError({ stage: 'usage', where: '--layers', problem, hint: 'Leave out --layers or --module' })
  }
  const chosen = onlyFlavours([tfliteMicro, node], wantedFlavours(input))
  const rows = await compareLayers(model, chosen, probeInputs(model, inputs, seed), inputs)
  const missing = tfliteMicro.missing() ?? tfliteMicro.refuses?.(model.graph)
  if (missing) say?.(`tflite-micro is left out: ${missing}. The modules are compared with the reference only.`)
  return rows
}

/** Compares engines with the reference behind a display; default all that are found here, on the modules that ship. */
export function prove(
  model: RunnableModel,
  { inputs = INPUTS, seed, chosen = onlyFlavours(engines, defaultFlavours) }: Probes,
  context: Context,
): Promise<ParityRow[]> {
  return watched(context, 'verify', 'runs', report => {
    const rows = probeInputs(model, inputs, seed)
    return compareEngines(model, chosen, rows, inputs, (what, done, total) => report(done, total, what))
  })
}

const INPUTS = 64

interface Probes {
  readonly inputs?: number
  readonly seed?: number
  readonly chosen?: readonly Engine[]
}

function wantedFlavours({ flavour }: VerifyInput): readonly Flavour[] {
  return flavour ? [flavour] : defaultFlavours
}

/** The engines that run modules, given one file: the flavour is what its manifest says. */
function withModule(loaded: RunnableModel, file: string) {
  const wasm = readFile(file, 'Give the path of a module that holter compile wrote')
  const manifest = readManifest(wasm, file)
  const bytes = (ports: readonly { bytes: number }[]) => ports.map(port => port.bytes).join(', ')
  const shapes = (tensors: readonly number[]) => tensors.map(i => tensorBytes(loaded.graph.tensors[i])).join(', ')
  if (
    bytes(manifest.inputs) !== shapes(loaded.graph.inputs) ||
    bytes(manifest.outputs) !== shapes(loaded.graph.outputs)
  ) {
    throw new HolterError({
      stage: 'verify',
      where: file,
      problem: 'the module was made from another network',
      got: `inputs of ${bytes(manifest.inputs)} and outputs of ${bytes(manifest.outputs)} bytes`,
      expected: `${shapes(loaded.graph.inputs)} and ${shapes(loaded.graph.outputs)}`,
    })
  }
  const chosen = onlyFlavours(
    engines.filter(engine => engine.runs === 'module'),
    [manifest.flavour],
  )
  return { model: { ...loaded, module: async () => wasm }, chosen }
}
