import { createRequire } from 'node:module'
import { HolterError } from '../errors.ts'
import { type Border, type IntGraph, tensorBytes } from '../ir/graph.ts'
import type { Metadata } from '../ir/metadata.ts'
import type { Flavour } from '../ops/flavour.ts'
import { version } from '../version.ts'
import type { Program } from './emit.ts'
import { layerTable } from './layer-table.ts'
import { customSection, moduleSections } from './module-sections.ts'

/** What a host must know to use a module: custom section `holter` of every module, as JSON. */
export interface Manifest {
  readonly manifest: 1
  readonly name: string
  readonly flavour: Flavour
  readonly rounding: 'tflm-double'
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** What the module remembers from one `push` to the next; present where it exports `push` and `reset`. */
  readonly states?: readonly { name: string; address: number; bytes: number }[]
  readonly memoryBytes: number
  readonly arena: {
    readonly address: number
    readonly bytes: number
    readonly lowerBoundBytes: number
  }
  readonly constantBytes: number
  readonly macs: number
  /** Labels, leads, rate, standardization, thresholds, provenance: present when the model has the `holter` entry. */
  readonly metadata?: Metadata
  /** Probability of each output byte, entry q + 128, when the outputs are int8 logits of independent labels. */
  readonly probabilities?: readonly number[]
  /** SHA-256 of the .tflite file. */
  readonly modelSha256: string
  readonly tools: Readonly<Record<string, string>>
}

/** One input or output: int8 or int16 (little endian) at an address of linear memory. real = (q − zeroPoint) · scale. */
export interface Port {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: string
  readonly scale: number
  readonly zeroPoint: number
  readonly address: number
  readonly bytes: number
  /** Present where the .tflite file has another type here: the QUANTIZE or DEQUANTIZE between that and these values is the host's. */
  readonly file?: {
    readonly name: string
    readonly type: Border['type']
    readonly scale?: number
    readonly zeroPoint?: number
  }
}

/** Returns the manifest of a program that holds one network. */
export function manifestOf(program: Program, modelSha256: string): Manifest {
  const [{ graph, inputs, outputs, states, arena, arenaAddress }] = program.plan.networks
  const port = (place: { name: string; address: number; bytes: number }, tensor: number, border?: Border): Port => {
    const { shape, type, quantization } = graph.tensors[tensor]
    return {
      name: place.name,
      shape,
      type,
      scale: quantization?.scale[0] ?? 1,
      zeroPoint: quantization?.zeroPoint[0] ?? 0,
      address: place.address,
      bytes: place.bytes,
      ...(border && { file: inFile(border) }),
    }
  }
  const ports = {
    inputs: inputs.map((p, i) => port(p, graph.inputs[i], graph.borders?.inputs[i])),
    outputs: outputs.map((p, i) => port(p, graph.outputs[i], graph.borders?.outputs[i])),
  }
  return {
    manifest: 1,
    name: graph.name,
    flavour: program.plan.flavour,
    rounding: 'tflm-double',
    ...ports,
    ...(states.length && { states: states.map(({ name, address, bytes }) => ({ name, address, bytes })) }),
    memoryBytes: program.memoryBytes,
    arena: { address: arenaAddress, bytes: arena.bytes, lowerBoundBytes: arena.lowerBoundBytes },
    constantBytes: program.constantBytes,
    macs: layerTable(graph).macs,
    ...(graph.metadata && { metadata: graph.metadata }),
    // A softmax needs all outputs of a run: no table of single ones can give it.
    ...(graph.metadata &&
      graph.metadata.kind !== 'single-label' &&
      ports.outputs[0].type === 'int8' && { probabilities: probabilityTable(ports.outputs[0]) }),
    modelSha256,
    tools: { holter: version, assemblyscript: versionOf('assemblyscript'), binaryen: versionOf('binaryen') },
  }
}

function inFile({ name, type, quantization }: Border): Port['file'] {
  return { name, type, ...(quantization && { scale: quantization.scale[0], zeroPoint: quantization.zeroPoint[0] }) }
}

/** Returns the manifest in a module's custom section `holter`; a module without one is a HolterError that names `where`. */
export function readManifest(wasm: Uint8Array, where: string): Manifest {
  const sections = moduleSections(wasm)
  const section = sections && customSection(sections, 'holter')
  if (section) return JSON.parse(new TextDecoder().decode(section)) as Manifest
  throw new HolterError({
    stage: 'codegen',
    where,
    problem: sections ? 'has no section "holter"' : 'is no valid WebAssembly module',
    got: `${wasm.length} bytes`,
    hint: 'Compile it with holter compile',
  })
}

/** Bytes of all inputs (outputs) of a graph, one after another: a row of what engines read (write). */
export function rowBytes(graph: IntGraph, tensors: readonly number[]): number {
  return tensors.reduce((sum, i) => sum + tensorBytes(graph.tensors[i]), 0)
}

/** The sigmoid of each of the 256 logits that an output byte can hold, to six digits: firmware needs no exp. */
function probabilityTable({ scale, zeroPoint }: Port): number[] {
  return Array.from({ length: 256 }, (_, i) => probabilityOf({ scale, zeroPoint }, i - 128))
}

/** The sigmoid of an output value as a logit, to six digits. */
export function probabilityOf({ scale, zeroPoint }: Pick<Port, 'scale' | 'zeroPoint'>, q: number): number {
  return Number((1 / (1 + Math.exp(-(q - zeroPoint) * scale))).toFixed(6))
}

/** Version of an installed package, for the record. */
function versionOf(name: string): string {
  const require = createRequire(import.meta.url)
  return (require(`${name}/package.json`) as { version: string }).version
}
