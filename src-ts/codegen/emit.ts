import { type IntGraph, type IntTensor, tensorBytes } from '../ir/graph.ts'
import type { Emitter, Flavour } from '../ops/op.ts'
import { type PreparedNode, prepareGraph } from '../reference/prepare.ts'
import { type Arena, planArena } from './arena.ts'
import { type Lifetimes, lifetimes } from './lifetime.ts'

/** Constant bytes at an address of linear memory. */
export interface Segment {
  readonly address: number
  readonly bytes: Uint8Array
}

/** A network as AssemblyScript text and data, ready to compile. */
export interface Program {
  readonly flavour: Flavour
  /** AssemblyScript that a person can read; it imports src-as. */
  readonly text: string
  readonly segments: readonly Segment[]
  /** Files of src-as that the text imports, without their ending. */
  readonly kernels: readonly string[]
  /** End of the last byte in use. */
  readonly memoryBytes: number
  readonly networks: readonly PlacedNetwork[]
}

/** Where one network's tensors lie. */
export interface PlacedNetwork {
  readonly graph: IntGraph
  readonly inputs: readonly Place[]
  readonly outputs: readonly Place[]
  readonly arena: Arena
  readonly arenaAddress: number
  readonly lifetimes: Lifetimes
  readonly constantBytes: number
}

export interface Place {
  readonly name: string
  readonly address: number
  readonly bytes: number
}

/**
 * The first KiB stays unused: asc tells binaryen so (setLowMemoryUnused), which then turns `x + 384` of an address into an offset
 * of the load. With a table at 384 and x below 0 that load would trap.
 */
const FIRST_ADDRESS = 1024
/** Vector loads may read up to this many bytes past a tensor; what they read is multiplied by zero. */
const SLACK = 16

/**
 * Returns the program of one network, or of several in one module (tests do that: asc costs more than the networks).
 * A single network exports `input`, `output` and `run`; the i-th of several `input0`, `run0`, ….
 * The same graphs give the same text and bytes. `heading` is the first comment line.
 */
export function emitProgram(graphs: readonly IntGraph[], flavour: Flavour, heading: string): Program {
  const kernels = new Map<string, Set<string>>()
  const segments: Segment[] = []
  const bodies: string[] = []
  const networks: PlacedNetwork[] = []
  let end = FIRST_ADDRESS
  graphs.forEach((graph, i) => {
    const suffix = graphs.length === 1 ? '' : String(i)
    const network = emitNetwork(graph, flavour, suffix, end, kernels, segments)
    bodies.push(network.text)
    networks.push(network.placed)
    end = network.end
  })
  const imports = [...kernels]
    .sort()
    .map(([file, names]) => `import { ${[...names].sort().join(', ')} } from './${file}'`)
  const text = [`// ${heading}`, '', ...imports, '', ...bodies].join('\n')
  return { flavour, text, segments, kernels: [...kernels.keys()].sort(), memoryBytes: end, networks }
}

function emitNetwork(
  graph: IntGraph,
  flavour: Flavour,
  suffix: string,
  arenaAddress: number,
  kernels: Map<string, Set<string>>,
  segments: Segment[],
): { text: string; placed: PlacedNetwork; end: number } {
  const prepared = prepareGraph(graph)
  const lives = lifetimes(graph, prepared, flavour)
  const arena = planArena(lives.buffers)
  const addressOfBuffer = (buffer: number) => arenaAddress + arena.offsets[buffer]
  const constants = placeConstants(arenaAddress + arena.bytes + SLACK, segments)
  const runs = prepared.map((node, step) => {
    const emitter: Emitter = {
      flavour,
      element: prepared[step].element,
      input: k => addressOfBuffer(lives.ofTensor[node.dataInputs[k]]),
      output: k => addressOfBuffer(lives.ofTensor[graph.nodes[step].outputs[k]]),
      scratch: () => addressOfBuffer(lives.ofScratch[step]),
      data: constants.place,
      call(file, name, args) {
        kernels.set(file, (kernels.get(file) ?? new Set()).add(name.split('<')[0]))
        return `  ${name}(\n${args.map(([label, ...numbers], k) => `    ${numbers.join(', ')}${k < args.length - 1 ? ',' : ''} // ${label}`).join('\n')}\n  )`
      },
    }
    return nodeText(node, step, suffix, node.op.emit(node.constants, emitter))
  })
  const place = (tensor: number): Place => {
    const address = addressOfBuffer(lives.ofTensor[tensor])
    return { name: graph.tensors[tensor].name, address, bytes: tensorBytes(graph.tensors[tensor]) }
  }
  const placed: PlacedNetwork = {
    graph,
    inputs: graph.inputs.map(place),
    outputs: graph.outputs.map(place),
    arena,
    arenaAddress,
    lifetimes: lives,
    constantBytes: constants.end() - (arenaAddress + arena.bytes),
  }
  const addresses = [
    ...addressText(
      'input',
      suffix,
      placed.inputs,
      graph.inputs.map(t => graph.tensors[t]),
    ),
    ...addressText(
      'output',
      suffix,
      placed.outputs,
      graph.outputs.map(t => graph.tensors[t]),
    ),
  ]
  const steps = runs.map((text, step) => (text ? `  node${suffix && `${suffix}_`}${step}()` : '')).filter(Boolean)
  const text = [
    ...addresses,
    '',
    ...runs.filter(Boolean),
    `export function run${suffix}(): void {`,
    ...steps,
    '}',
    '',
  ].join('\n')
  return { text, placed, end: constants.end() + SLACK }
}

function nodeText(node: PreparedNode, step: number, suffix: string, body: string): string {
  if (!body) return ''
  const shape = (t: IntTensor | undefined) => (t ? `[${t.shape.join(', ')}]` : '–')
  const { view } = node
  const attrs = Object.entries(view.attrs as object).map(([key, value]) => `${key} ${value}`)
  const macs = node.op.macs(view)
  const from = view.inputs
    .filter(t => t && !t.data)
    .map(shape)
    .join(', ')
  const comment = [
    `// ${step} ${node.op.kind} ${quote(view.name)}: ${from} → ${view.outputs.map(shape).join(', ')}${macs ? `, ${macs} MACs` : ''}`,
    attrs.length ? `// ${attrs.join(', ')}` : '',
  ].filter(Boolean)
  return [...comment, `function node${suffix && `${suffix}_`}${step}(): void {`, body, '}', ''].join('\n')
}

/** `export const input: usize = 16` with what the bytes mean; further inputs are input1, input2, …. */
function addressText(role: string, suffix: string, places: readonly Place[], tensors: readonly IntTensor[]): string[] {
  return places.flatMap(({ address }, i) => {
    const { type, shape, quantization } = tensors[i]
    const real = quantization ? `, real = (q − (${quantization.zeroPoint[0]})) · ${quantization.scale[0]}` : ''
    const name = suffix ? `${role}${suffix}${i ? `_${i}` : ''}` : `${role}${i || ''}`
    return [
      `// Address of ${quote(tensors[i].name)}: ${type} [${shape.join(', ')}]${real}.`,
      `export const ${name}: usize = ${address}`,
    ]
  })
}

/** A name from a foreign file, fit for a line comment. */
function quote(name: string): string {
  return JSON.stringify(name.replace(/[^\x20-\x7e]/g, '?').slice(0, 80))
}

/** Hands out addresses for constants from `start` on; equal bytes share one place. */
function placeConstants(start: number, segments: Segment[]) {
  const seen = new Map<string, number>()
  let end = start
  return {
    end: () => end,
    place(view: ArrayBufferView, align: number): number {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
      const key = `${align} ${Buffer.from(bytes).toString('latin1')}`
      const known = seen.get(key)
      if (known !== undefined) return known
      const address = Math.ceil(end / align) * align
      segments.push({ address, bytes })
      seen.set(key, address)
      end = address + bytes.length
      return address
    },
  }
}
