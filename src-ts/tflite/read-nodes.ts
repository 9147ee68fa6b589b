import { HolterError } from '../errors.ts'
import type { Attrs, IntGraph, IntTensor, Node } from '../ir/graph.ts'
import { opByCode, opByKind, ops } from '../ops/index.ts'
import { brief, type FlatFile, type FlatTable, noOptions } from './flat-file.ts'
import { customOperatorCode, operatorName } from './operator-names.ts'
import { dynamicBatch, fixedBatchHint } from './read-tensors.ts'
import { Operator, OperatorCode } from './schema.ts'

/** What one decoded node costs in memory beyond its vectors, about. */
const NODE_BYTES = 160
const NAMES_IN_MESSAGE = 8

/** A node as it stands in the file, before its operator is looked up. */
export interface FileNode {
  readonly code: number
  /** Name of the operator in the schema, for messages; a custom one has its own. */
  readonly operator: string
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly optionsType: number
  readonly options: FlatTable | undefined
}

/** Returns the nodes of a subgraph in the file's order. Indices of tensors are not checked yet. */
export function readFileNodes(model: FlatTable, codesField: number, subgraph: FlatTable, field: number): FileNode[] {
  const codes = readOperatorCodes(model, codesField)
  const tables = subgraph.tables(field, 'node')
  const nodes: FileNode[] = []
  for (let i = 0; i < tables.length; i++) {
    const table = tables.at(i)
    table.file.spend(NODE_BYTES, table.where)
    const index = table.uint32(Operator.opcodeIndex, 0)
    if (index >= codes.length) {
      const expected = `0 to ${codes.length - 1}`
      table.file.fail(table.where, { problem: 'has an operator code that does not exist', got: index, expected })
    }
    nodes.push({
      ...codes[index],
      inputs: table.int32Vector(Operator.inputs),
      outputs: table.int32Vector(Operator.outputs),
      optionsType: table.uint8(Operator.builtinOptionsType, 0),
      options: table.table(Operator.builtinOptions),
    })
  }
  return nodes
}

function readOperatorCodes(model: FlatTable, field: number): { code: number; operator: string }[] {
  const tables = model.tables(field, 'operator code')
  return Array.from({ length: tables.length }, (_, i) => {
    const table = tables.at(i)
    table.file.spend(NODE_BYTES, table.where)
    const old = table.int8(OperatorCode.deprecatedBuiltinCode, 0)
    const code = Math.max(old, table.int32(OperatorCode.builtinCode, 0))
    const custom = code === customOperatorCode
    return {
      code,
      operator: custom ? `CUSTOM ${brief(table.string(OperatorCode.customCode))}` : operatorName(code),
    }
  })
}

/** Returns the graph's nodes with attributes read by their operators. Operators that Holter does not have are refused, all at once. */
export function readNodes(file: FlatFile, nodes: readonly FileNode[], tensors: readonly IntTensor[]): Node[] {
  const name = (node: FileNode) => tensors[node.outputs[0]]?.name ?? ''
  refuseMissing(file, nodes, name)
  return nodes.map(node => {
    const op = opByCode(node.code)!
    const where = `node "${brief(name(node))}" (${node.operator})`
    if (op.tflite.options !== 0 && node.options && node.optionsType !== op.tflite.options) {
      const problem = 'has the options of another operator'
      file.fail(where, { problem, got: `options type ${node.optionsType}`, expected: op.tflite.options })
    }
    const attrs: Attrs = op.tflite.read(node.options ?? noOptions)
    if (Object.values(attrs).includes(undefined)) {
      file.fail(where, {
        problem: 'has an option that Holter does not know',
        hint: 'It may need a newer version of Holter',
      })
    }
    return { name: name(node), op: op.kind, attrs, inputs: node.inputs, outputs: node.outputs }
  })
}

/** Throws unless each node computes something, and each output has the shape that its operator makes of the inputs. */
export function checkNodes(file: FlatFile, graph: IntGraph, warnings: readonly string[]): void {
  const tensor = (i: number) => graph.tensors[i] as IntTensor | undefined
  for (const node of graph.nodes) {
    const where = `node "${brief(node.name)}" (${node.op})`
    if (!node.inputs.some(i => i >= 0 && !graph.tensors[i].data)) {
      file.fail(where, {
        problem: 'has no computed input',
        hint: 'Let the converter fold constants before it writes the file',
      })
    }
    const shapes = fitting(file, where, () => opByKind(node.op).outputShapes(node.attrs, node.inputs.map(tensor)))
    const got = node.outputs.map(i => `[${graph.tensors[i].shape}]`).join(' ')
    const expected = shapes.map(shape => `[${shape}]`).join(' ')
    if (got !== expected) {
      // Converters write 1 for every size that a dynamic batch leaves open, also behind SPACE_TO_BATCH_ND, where it is another.
      const hint = warnings.includes(dynamicBatch) ? `The batch is dynamic in the file. ${fixedBatchHint}` : undefined
      file.fail(where, { problem: 'has output shapes that do not follow from its inputs', got, expected, hint })
    }
  }
}

/** One error that lists every missing operator, so that a user sees at once how far the model is from running. */
function refuseMissing(file: FlatFile, nodes: readonly FileNode[], name: (node: FileNode) => string): void {
  const missing = new Map<string, string[]>()
  for (const node of nodes) {
    if (opByCode(node.code)) continue
    const names = missing.get(node.operator) ?? []
    names.push(name(node))
    missing.set(node.operator, names)
  }
  if (missing.size === 0) return
  const list = [...missing].map(([operator, names]) => {
    const shown = names.slice(0, NAMES_IN_MESSAGE).map(n => `"${brief(n)}"`)
    if (names.length > shown.length) shown.push(`${names.length - shown.length} more`)
    return `${operator} × ${names.length} at ${shown.join(', ')}`
  })
  const known = ops.map(op => operatorName(op.tflite.code)).sort()
  file.fail('', {
    problem: `${missing.size === 1 ? '1 operator is' : `${missing.size} operators are`} not supported: ${list.join('; ')}`,
    hint: `Supported are ${known.join(', ')}. To add one, follow docs/operators.md`,
  })
}

/** Operators trust the number of inputs and options that every converter writes; a node without them is the file's fault. */
function fitting<T>(file: FlatFile, where: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const reason = error instanceof HolterError ? error.detail.problem : 'inputs or options are missing'
    return file.fail(where, {
      problem: `does not fit its operator: ${reason}`,
      hint: 'The file is damaged or uses an unknown form',
    })
  }
}
