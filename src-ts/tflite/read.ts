import * as v from 'valibot'
import type { Border, Borders, IntGraph, IntTensor, IntType } from '../ir/graph.ts'
import { type Metadata as HolterMetadata, metadataSchema } from '../ir/metadata.ts'
import { verifyGraph } from '../ir/verify.ts'
import { operators } from '../ops/index.ts'
import type { OperatorSet } from '../ops/operator-set.ts'
import { quantize } from '../ops/quantize.ts'
import { runImportPasses } from '../passes/int/index.ts'
import { brief, FlatFile, type FlatTable } from './flat-file.ts'
import { tfliteName } from './operator-names.ts'
import { checkNodes, readNodes, refuseMissing } from './read-nodes.ts'
import { initSubgraphs, readStates } from './read-states.ts'
import { bufferBytes, readTensors } from './read-tensors.ts'
import {
  fileIdentifier,
  Metadata,
  Model,
  metadataName,
  SignatureDef,
  SubGraph,
  schemaVersion,
  TensorMap,
} from './schema.ts'

/** A graph from a file, with what a user should know about it. Passes that copy the graph carry both along. */
export interface TfliteGraph extends IntGraph {
  /** Sentences on what was read differently from what the file says; absent when there is none. */
  readonly warnings?: readonly string[]
  /** The exporter's names of the graph's inputs and outputs, in their order; absent without a signature. */
  readonly signature?: { readonly inputs: readonly string[]; readonly outputs: readonly string[] }
}

const LARGEST_METADATA_BYTES = 1 << 20

/**
 * Returns the integer graph of a .tflite file. Constants are views of `bytes` where their alignment allows it: do not write to them.
 * `name` is the file's name, for messages; the graph's name is the subgraph's, or the file's without its ending.
 *
 * Nothing in the file is trusted: all that is wrong, unsupported or not int8 throws HolterError of stage `tflite`. Operators that
 * are missing are listed in one error. Float32 and uint8 borders are dropped, computed shapes folded (passes/int). What an operator
 * cannot compute is found later, by its `prepare`. `known` are the operators that the file may hold.
 */
export function readTflite(bytes: Uint8Array, name: string, known: OperatorSet = operators): TfliteGraph {
  const file = new FlatFile(bytes, name, fileIdentifier)
  const warnings: string[] = []
  const warn = (fact: string) => warnings.push(fact)
  const model = file.root('model')
  const version = model.uint32(Model.version, 0)
  if (version !== schemaVersion)
    file.fail('', { problem: 'unknown schema version', got: version, expected: schemaVersion })
  const subgraphs = model.tables(Model.subgraphs, 'subgraph')
  if (subgraphs.length === 0) refuseSubgraphs(file, 0)
  const subgraph = subgraphs.at(0)
  const buffers = model.tables(Model.buffers, 'buffer')
  const inputs = subgraph.int32Vector(SubGraph.inputs)
  const outputs = subgraph.int32Vector(SubGraph.outputs)
  const read = (table: FlatTable) => {
    const tensors = readTensors(table, SubGraph.tensors, buffers, warn)
    return { table, tensors, nodes: readNodes({ model, subgraph: table }, tensors, known) }
  }
  const main = read(subgraph)
  const { tensors } = main
  const called = initSubgraphs(main)
  if (subgraphs.length !== 1 + called.length) refuseSubgraphs(file, subgraphs.length)
  const starts = called.map(i => read(subgraphs.at(i)))
  const raw = readStates({ name: graphName(subgraph, name), inputs, outputs }, main, starts)
  const network = runImportPasses(raw, warn)
  refuseFloat(file, network, known)
  refuseMissing(file, network.nodes, known)
  const borders = bordersOf(network, { inputs, outputs, tensors })
  const metadata = readMetadata(model, buffers)
  const signature = readSignature(model, inputs, outputs)
  const graph: TfliteGraph = {
    ...network,
    ...(borders && { borders }),
    ...(metadata && { metadata }),
    ...(warnings.length && { warnings }),
    ...(signature && { signature }),
  }
  verifyGraph(graph, 'tflite', name)
  refuseOtherTypes(file, graph, known)
  checkNodes(file, graph, known, warnings)
  return graph
}

/** TensorFlow's converter calls every network `main`, which says less than the file's name. */
function graphName(subgraph: FlatTable, fileName: string): string {
  const name = subgraph.string(SubGraph.name)
  return name && name !== 'main' ? name : fileName.replace(/^.*[/\\]/, '').replace(/\.tflite$/, '')
}

function refuseSubgraphs(file: FlatFile, got: number): never {
  const hint = 'Holter runs networks without control flow; export the inference function alone'
  return file.fail('', { problem: 'has the wrong number of subgraphs', got, expected: 1, hint })
}

/** Returns where the file's inputs and outputs are of another type than the network's, which starts and ends behind them. */
function bordersOf(network: IntGraph, file: Pick<IntGraph, 'inputs' | 'outputs' | 'tensors'>): Borders | undefined {
  const side = (ours: readonly number[], theirs: readonly number[]) =>
    theirs.map((index, place) => borderOf(file.tensors[index], network.tensors[ours[place]]))
  const borders = { inputs: side(network.inputs, file.inputs), outputs: side(network.outputs, file.outputs) }
  return [...borders.inputs, ...borders.outputs].some(border => border) ? borders : undefined
}

function borderOf(outer: IntTensor | undefined, inner: IntTensor | undefined): Border | undefined {
  if (!outer || !inner || outer.type === inner.type) return undefined
  const { name, type, quantization } = outer
  if (type === 'float32') return { name, type }
  return type === 'uint8' ? { name, type, quantization } : undefined
}

const int8Hint =
  'Holter needs full int8: in the TensorFlow Lite converter set a representative_dataset, ' +
  'target_spec.supported_ops = [TFLITE_BUILTINS_INT8] and inference_input_type = inference_output_type = int8'

const int8OnlyHint =
  'Convert the network to full int8, target_spec.supported_ops = [TFLITE_BUILTINS_INT8], or build it without this operator'

/** Operators that a message names. */
const NAMES_IN_MESSAGE = 8

/** Float tensors that no border explains: the model is not, or only half, quantized. */
function refuseFloat(file: FlatFile, { tensors, nodes, inputs, outputs }: IntGraph, known: OperatorSet): void {
  const used = new Set([...inputs, ...outputs, ...nodes.flatMap(node => [...node.inputs, ...node.outputs])])
  const seen = [...used].map(i => tensors[i]).filter(tensor => tensor !== undefined)
  const floats = seen.filter(tensor => tensor.type === 'float32')
  if (floats.length === 0) return
  const partly = seen.some(tensor => tensor.type === 'int8' || tensor.type === 'int16')
  const problem = partly ? 'the model is only partly quantized' : 'the model is not quantized'
  const got = `${floats.length} float32 tensors, the first "${brief(floats[0].name)}"`
  // A converter that was told to write int8 keeps in float what TFLite has no int8 kernel of.
  const inFloat = nodes
    .filter(
      node =>
        node.op !== quantize.kind &&
        node.op !== 'DEQUANTIZE' &&
        [...node.inputs, ...node.outputs].some(i => tensors[i]?.type === 'float32'),
    )
    .map(({ op }) => (known.has(op) ? tfliteName(known.byKind(op)) : op))
  const operators = [...new Set(inFloat)].slice(0, NAMES_IN_MESSAGE).join(', ')
  if (!partly) {
    const out = file.name.replace(/\.tflite$/, '')
    const quantizeHint = `Type holter quantize ${file.name} --calibrate X.npy --out ${out}.int8.tflite. Or convert it anew: ${int8Hint}`
    file.fail('', { problem, got, hint: quantizeHint })
  }
  const hint = operators ? `${int8Hint}. What stays float32 even so must be built otherwise: ${operators}` : int8Hint
  file.fail('', { problem, got, hint })
}

/**
 * Each operator knows which types of activations TFLM's kernel takes: another one would be computed wrongly. int16 is symmetric in
 * TFLite, and most kernels do not look at its zero point.
 */
function refuseOtherTypes(file: FlatFile, { tensors, nodes, inputs, states = [] }: IntGraph, known: OperatorSet): void {
  const require = (index: number, types: readonly IntType[], reader = '', symmetric = true) => {
    const { name, type, quantization } = tensors[index]
    const where = `tensor "${brief(name)}"`
    if (!types.includes(type)) {
      const hint = type === 'int16' && types.includes('int8') ? int8OnlyHint : int8Hint
      file.fail(where, { problem: `is not ${types.join(' or ')}${reader}`, got: type, hint })
    }
    const zeroPoint = quantization?.zeroPoint[0] ?? 0
    if (symmetric && type === 'int16' && zeroPoint !== 0) {
      file.fail(where, { problem: 'is int16 with another zero point than 0', got: zeroPoint, expected: 0 })
    }
  }
  for (const index of [...inputs, ...states.map(({ current }) => current)]) require(index, ['int8', 'int16'])
  for (const node of nodes) {
    const op = known.byKind(node.op)
    const { inputTypes = ['int8'], outputTypes, condition } = op
    if (condition !== undefined) require(node.inputs[condition], ['bool'], `, as TFLM's ${tfliteName(op)} demands`)
    const read = node.inputs.filter((index, place) => index >= 0 && place !== condition && !tensors[index].data)
    for (const index of read) require(index, inputTypes, `, as TFLM's ${tfliteName(op)} demands`)
    const own = read.length ? [tensors[read[0]].type] : inputTypes
    for (const index of read) require(index, own, ' as the other input')
    // Operators that choose their output's type look at its zero point too; SOFTMAX from int8 to int16 has −32768.
    for (const index of node.outputs)
      require(index, outputTypes ?? own, outputTypes ? '' : ' as the input', !outputTypes)
  }
}

function readMetadata(model: FlatTable, buffers: ReturnType<FlatTable['tables']>): HolterMetadata | undefined {
  const { file } = model
  const entries = model.tables(Model.metadata, 'metadata entry')
  let json: Uint8Array | undefined
  for (let i = 0; i < entries.length; i++) {
    const entry = entries.at(i)
    if (entry.string(Metadata.name) !== metadataName) continue
    if (json) file.fail(entry.where, { problem: `is the second entry named ${metadataName}`, expected: 'one' })
    json = bufferBytes(buffers, entry.uint32(Metadata.buffer, 0))
  }
  if (!json) return undefined
  const where = `metadata entry "${metadataName}"`
  if (json.length > LARGEST_METADATA_BYTES) {
    file.fail(where, {
      problem: 'is too large',
      got: `${json.length} bytes`,
      expected: `at most ${LARGEST_METADATA_BYTES}`,
    })
  }
  const parsed = v.safeParse(metadataSchema, parseJson(file, json, where))
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const problem = `field ${brief(v.getDotPath(issue) ?? '(all)')} is wrong: ${brief(issue.message)}`
  return file.fail(where, { problem, hint: 'The file was made by another version of Holter, or edited' })
}

function parseJson(file: FlatFile, json: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch (error) {
    return file.fail(where, { problem: `is not JSON: ${brief((error as Error).message)}` })
  }
}

/** Returns the names that the exporter gave, in the order of the subgraph's inputs and outputs; tensors without one get ''. */
function readSignature(
  model: FlatTable,
  inputs: readonly number[],
  outputs: readonly number[],
): TfliteGraph['signature'] {
  const signatures = model.tables(Model.signatures, 'signature')
  for (let i = 0; i < signatures.length; i++) {
    const signature = signatures.at(i)
    if (signature.uint32(SignatureDef.subgraphIndex, 0) !== 0) continue
    return {
      inputs: names(signature, SignatureDef.inputs, inputs),
      outputs: names(signature, SignatureDef.outputs, outputs),
    }
  }
  return undefined
}

function names(signature: FlatTable, field: number, indices: readonly number[]): string[] {
  const entries = signature.tables(field, 'signature entry')
  const byTensor = new Map<number, string>()
  for (let i = 0; i < entries.length; i++) {
    const entry = entries.at(i)
    byTensor.set(entry.uint32(TensorMap.tensorIndex, 0), entry.string(TensorMap.name))
  }
  return indices.map(index => byTensor.get(index) ?? '')
}
