import { type IntTensor, toBytes } from '../ir/graph.ts'
import type { Emitter } from '../ops/kernel.ts'
import type { NetworkPlan, Place, Plan, PlannedNode, PlannedState } from '../plan/plan.ts'
import { type Constants, placeConstants, type Segment } from './constants.ts'
import { needsText, readOnlyText, startUpText } from './global-text.ts'
import { stripsText } from './strips-text.ts'

/** A plan as AssemblyScript text and data, ready to compile. */
export interface Program {
  readonly plan: Plan
  /** AssemblyScript that a person can read; it imports src-as. */
  readonly text: string
  readonly segments: readonly Segment[]
  /** Files of src-as that the text imports, without their ending. */
  readonly kernels: readonly string[]
  readonly constantBytes: number
  /** Where the constants that nobody writes begin; none where it is `memoryBytes`. Kernels read them with this offset, CONSTANTS. */
  readonly readOnlyAddress: number
  /** Where objects are made, one behind the other; undefined where there are none. */
  readonly heapAddress?: number
  /** Functions that the module exports for a device to replace. */
  readonly natives: readonly string[]
  /** End of the last byte in use. */
  readonly memoryBytes: number
}

/** A part of the program that calls a network itself, as a monitor does. Its text exports what hosts call in the network's stead. */
export interface Surrounding {
  /** Working memory that it keeps. */
  readonly memoryBytes: number
  readonly constants: ArrayBufferView
  /** Of its memory, where it makes objects. */
  readonly heapOffset: number
  /** Files of src-as that it imports. */
  readonly kernels: readonly string[]
  /** Its lines, by the address of its memory; its constants stand at CONSTANTS + `constants`, and the network's run is `runInner`. */
  text(network: NetworkPlan, memory: number, constants: number): readonly string[]
}

/** Vector loads may read up to this many bytes past a constant; what they read is multiplied by zero. */
const SLACK = 16
const ALIGNMENT = 16

/**
 * Returns the program of a plan. A single network exports `input`, `output` and `run`; the i-th of several `input0`, `run0`, ….
 * One with states exports `push` and `reset` too: `run` is a `push` after a `reset`. Firmware wants a `reset` before its first `push`.
 * The same plan gives the same text and bytes. `heading` is the first comment line.
 * `exportNodes` exports the function of each node too, `node0`, …, so that each can be timed. Inside a surrounding part a network's names
 * end in `Inner`.
 */
export function emitProgram(plan: Plan, heading: string, exportNodes = false, around?: Surrounding): Program {
  const imports = new Map<string, Set<string>>()
  const memory = align(plan.constantsAddress)
  const constants = placeConstants(around ? memory + align(around.memoryBytes) : plan.constantsAddress)
  const readOnly = placeConstants(0)
  const natives = new Map<string, string>()
  const startUp: string[] = []
  const functions = new Map<string, string>()
  const needs = new Map<string, number>()
  const bodies = plan.networks.map((network, i) => {
    const suffix = around ? 'Inner' : plan.networks.length === 1 ? '' : String(i)
    return networkText(network, suffix, {
      imports,
      constants,
      readOnly,
      natives,
      functions,
      needs,
      startUp,
      resets: [],
      exportNodes,
    })
  })
  const aroundPlace = around && readOnly.place(around.constants, ALIGNMENT)
  const aroundLines = around ? around.text(plan.networks[0], memory, aroundPlace!) : []
  for (const kernel of around?.kernels ?? []) imports.set(kernel, new Set())
  if (around && plan.flavour !== 'firmware') startUp.push('  reset()')
  // A host can read which of relaxed-probe.ts's forms this engine has.
  const probe = plan.flavour === 'relaxed' ? ["export { relaxed } from './relaxed-probe'", ''] : []
  if (probe.length) imports.set('relaxed-probe', new Set())
  const importLines = [...imports]
    .sort()
    .filter(([, names]) => names.size > 0)
    .map(([file, names]) => `import { ${[...names].sort().join(', ')} } from './${file}'`)
  const readOnlyAddress = align(constants.end() + SLACK)
  const exportLines = [...natives].sort().map(([name, file]) => `export { ${name} } from './${file}'`)
  const globals = [...(readOnly.end() ? readOnlyText(readOnlyAddress) : []), ...needsText(needs)]
  const lines = [
    `// ${heading}`,
    '',
    ...importLines,
    ...exportLines,
    '',
    ...probe,
    ...globals,
    ...[...functions].map(([text, name]) => text.replaceAll(NAME, name)),
    ...bodies,
    ...aroundLines,
    ...startUpText(startUp),
  ]
  const memoryBytes = readOnly.end() ? readOnlyAddress + readOnly.end() + SLACK : constants.end() + SLACK
  return {
    plan,
    text: lines.join('\n'),
    segments: [
      ...constants.segments,
      ...readOnly.segments.map(({ address, bytes }) => ({ address: readOnlyAddress + address, bytes })),
    ],
    readOnlyAddress: readOnly.end() ? readOnlyAddress : memoryBytes,
    natives: [...natives.keys()].sort(),
    kernels: [...imports.keys()].sort(),
    ...(around && { heapAddress: memory + around.heapOffset }),
    constantBytes: memoryBytes - plan.constantsAddress,
    memoryBytes,
  }
}

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT
}

/** Stands for the name of a function in its own text, so that equal texts are found. */
const NAME = '\0'

/** What the nodes of all networks add to one program. */
interface Parts {
  /** Functions by the file of src-as that has them. */
  readonly imports: Map<string, Set<string>>
  readonly constants: Constants
  readonly readOnly: Constants
  /** Files of src-as by the exported functions. */
  readonly natives: Map<string, string>
  /** Names of the functions that nodes share, by their texts, in which NAME stands for them. */
  readonly functions: Map<string, string>
  /** Bits of global constants. */
  readonly needs: Map<string, number>
  readonly startUp: string[]
  /** Lines of the network at hand that bring what its kernels remember back to the start. */
  readonly resets: string[]
  readonly exportNodes: boolean
}

function networkText(network: NetworkPlan, suffix: string, parts: Parts): string {
  const { graph, nodes } = network
  const texts = nodes.map((node, step) => {
    const body = node.kernel?.emit(node.prepared.constants, emitterOf(node, parts)) ?? ''
    return body && nodeText(node, step, functionName(step, suffix), body, parts.exportNodes)
  })
  const tensors = (indices: readonly number[]) => indices.map(i => graph.tensors[i])
  const callOf = (step: number) => (texts[step] ? `${functionName(step, suffix)}()` : '')
  const loops = network.strips.map(each => ({
    ...each,
    name: functionName(each.first, suffix).replace('node', 'strips'),
  }))
  const calls = nodes.map((_, step) => {
    const loop = loops.find(({ first, last }) => first <= step && step <= last)
    if (!loop) return callOf(step)
    return step === loop.first ? `${loop.name}()` : ''
  })
  return [
    ...addressText('input', suffix, network.inputs, tensors(graph.inputs)),
    ...addressText('output', suffix, network.outputs, tensors(graph.outputs)),
    '',
    ...texts.filter(Boolean),
    ...loops.flatMap(loop => stripsText(loop, loop.name, callOf, name => use(parts, 'strips', name))),
    ...runText(
      network,
      suffix,
      calls.filter(Boolean).map(call => `  ${call}`),
      parts,
    ),
    '',
  ].join('\n')
}

/** The functions that a host calls: `run`, of networks with states also `push` and `reset`. */
function runText({ states, nodes }: NetworkPlan, suffix: string, calls: readonly string[], parts: Parts): string[] {
  if (states.length === 0) return [`export function run${suffix}(): void {`, ...calls, '}']
  // Firmware does no work when it starts: its host calls reset.
  if (nodes[0].target.flavour !== 'firmware') parts.startUp.push(`  reset${suffix}()`)
  const moved = states.flatMap(({ from, ...state }) => (from === undefined ? [] : copyText(state, from, parts)))
  return [
    '// One hop: goes on where the last one stopped.',
    `export function push${suffix}(): void {`,
    ...calls,
    ...moved,
    '}',
    '',
    '// Brings every state back to its start.',
    `export function reset${suffix}(): void {`,
    ...states.map(state => startText(state, parts)),
    ...parts.resets,
    '}',
    '',
    '// One hop from the start: a function of the input alone.',
    `export function run${suffix}(): void {`,
    `  reset${suffix}()`,
    `  push${suffix}()`,
    '}',
  ]
}

function copyText({ name, address, bytes }: Place, from: number, parts: Parts): string {
  return `  ${use(parts, 'copy', 'copyRows')}(${from}, ${bytes}, ${address}, ${bytes}, 1, ${bytes}) // ${quote(name)}`
}

/** A state starts as one byte everywhere, or as a constant. */
function startText(state: PlannedState, parts: Parts): string {
  const { name, address, bytes, start } = state
  const values = toBytes(start)
  if (values.some(value => value !== values[0])) return copyText(state, parts.constants.place(start, 16), parts)
  return `  ${use(parts, 'copy', 'fill')}(${address}, ${bytes}, ${values[0]}) // ${quote(name)}`
}

/** Imports a function of src-as/<file>.ts and returns its name, which may have type arguments. */
function use({ imports }: Parts, file: string, name: string): string {
  const plain = name.split('<')[0]
  imports.set(file, (imports.get(file) ?? new Set()).add(plain))
  return name
}

/** Adds a function that nodes share, once, and returns its name. */
function define({ functions }: Parts, name: string, text: string): string {
  const known = functions.get(text)
  if (known) return known
  const taken = new Set(functions.values())
  let free = name
  for (let i = 2; taken.has(free); i++) free = `${name}_${i}`
  functions.set(text, free)
  return free
}

function functionName(step: number, suffix: string): string {
  return `node${suffix && `${suffix}_`}${step}`
}

function emitterOf({ target, inputs, outputs, scratch, reserved }: PlannedNode, parts: Parts): Emitter {
  return {
    ...target,
    input: i => inputs[i].address,
    output: i => outputs[i].address,
    inputPitch: i => inputs[i].pitch,
    outputPitch: i => outputs[i].pitch,
    scratch: () => scratch!.address,
    reserved: () => reserved!.address,
    data: parts.constants.place,
    space: bytes => parts.constants.space(bytes, ALIGNMENT),
    readOnly: parts.readOnly.place,
    need: (name, bits) => void parts.needs.set(name, (parts.needs.get(name) ?? 0) | bits),
    exported(file, name) {
      if (target.flavour === 'firmware') parts.natives.set(name, file)
    },
    use: (file, name) => use(parts, file, name),
    define: (name, text) => define(parts, name, `${text(NAME).join('\n')}\n`),
    call(file, name, args) {
      const lines = args.map(
        ([label, ...numbers], k) => `    ${numbers.join(', ')}${k < args.length - 1 ? ',' : ''} // ${label}`,
      )
      return `  ${use(parts, file, name)}(\n${lines.join('\n')}\n  )`
    },
    atReset: text => void parts.resets.push(text),
    atStart: text => void parts.startUp.push(text),
  }
}

function nodeText(
  { prepared: { op, view } }: PlannedNode,
  step: number,
  name: string,
  body: string,
  exported: boolean,
): string {
  const shape = (t: IntTensor | undefined) => (t ? `[${t.shape.join(', ')}]` : '–')
  const attrs = Object.entries(view.attrs as object).map(([key, value]) => `${key} ${value}`)
  const macs = op.macs(view)
  const from = view.inputs
    .filter(t => t && !t.data)
    .map(shape)
    .join(', ')
  const comment = [
    `// ${step} ${op.kind} ${quote(view.name)}: ${from} → ${view.outputs.map(shape).join(', ')}${macs ? `, ${macs} MACs` : ''}`,
    attrs.length ? `// ${attrs.join(', ')}` : '',
  ].filter(Boolean)
  return [...comment, `${exported ? 'export ' : ''}function ${name}(): void {`, body, '}', ''].join('\n')
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
