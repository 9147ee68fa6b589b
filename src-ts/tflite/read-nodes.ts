import { HolterError } from '../errors.ts'
import type { Attrs, IntGraph, IntTensor, Node } from '../ir/graph.ts'
import type { Op } from '../ops/op.ts'
import type { OperatorSet } from '../ops/operator-set.ts'
import { brief, type FlatFile, type FlatTable, noOptions } from './flat-file.ts'
import { customOperatorCode, operatorName, tfliteName } from './operator-names.ts'
import { dynamicBatch, fixedBatchHint } from './read-tensors.ts'
import { Model, Operator, OperatorCode, SubGraph } from './schema.ts'

/** What one decoded node costs in memory beyond its vectors, about. */
const NODE_BYTES = 160
const NAMES_IN_MESSAGE = 8

/** An operator that the file uses: one of ours, or the name of another one in TFLite's schema. */
type FileOperator = { readonly op: Op } | { readonly op?: undefined; readonly name: string }

/**
 * Returns the nodes of a subgraph in the file's order. What Holter has no operator of gets TFLite's name (SHAPE, CUSTOM Name) as its kind:
 * the passes for imported graphs know some of them. Indices of tensors and attributes are not checked yet.
 */
export function readNodes(
  { model, subgraph }: { readonly model: FlatTable; readonly subgraph: FlatTable },
  tensors: readonly IntTensor[],
  known: OperatorSet,
): Node[] {
  const operators = readOperators(model, known)
  const tables = subgraph.tables(SubGraph.operators, 'node')
  const nodes: Node[] = []
  for (let i = 0; i < tables.length; i++) {
    const table = tables.at(i)
    table.file.spend(NODE_BYTES, table.where)
    const index = table.uint32(Operator.opcodeIndex, 0)
    if (index >= operators.length) {
      const expected = `0 to ${operators.length - 1}`
      table.file.fail(table.where, { problem: 'has an operator code that does not exist', got: index, expected })
    }
    const inputs = table.int32Vector(Operator.inputs)
    const outputs = table.int32Vector(Operator.outputs)
    const operator = operators[index]
    const kind = operator.op?.kind ?? (operator as { name: string }).name
    const name = tensors[outputs[0]]?.name ?? ''
    const attrs = operator.op ? readAttrs(table, operator.op, name) : {}
    nodes.push({ name, op: kind, attrs, inputs, outputs })
  }
  return nodes
}

function readOperators(model: FlatTable, known: OperatorSet): FileOperator[] {
  const tables = model.tables(Model.operatorCodes, 'operator code')
  return Array.from({ length: tables.length }, (_, i) => {
    const table = tables.at(i)
    table.file.spend(NODE_BYTES, table.where)
    const old = table.int8(OperatorCode.deprecatedBuiltinCode, 0)
    const code = Math.max(old, table.int32(OperatorCode.builtinCode, 0))
    const custom = code === customOperatorCode ? table.string(OperatorCode.customCode) : undefined
    const op = custom === undefined ? known.byCode(code) : known.byCustomName(custom)
    return op ? { op } : { name: custom === undefined ? operatorName(code) : `CUSTOM ${brief(custom)}` }
  })
}

function readAttrs(table: FlatTable, { kind, tflite }: Op, name: string): Attrs {
  if (tflite.nodes) return {}
  if (tflite.custom !== undefined) return tflite.read(table.bytes(Operator.customOptions))
  const options = table.table(Operator.builtinOptions)
  const type = table.uint8(Operator.builtinOptionsType, 0)
  if (tflite.options !== 0 && options && type !== tflite.options) {
    const problem = 'has the options of another operator'
    const where = `node "${brief(name)}" (${kind})`
    table.file.fail(where, { problem, got: `options type ${type}`, expected: tflite.options })
  }
  return tflite.read(options ?? noOptions)
}

/** Throws unless each node has options that its operator knows, computes something, and each output has the shape that its operator makes of the inputs. */
export function checkNodes(file: FlatFile, graph: IntGraph, known: OperatorSet, warnings: readonly string[]): void {
  const tensor = (i: number) => graph.tensors[i] as IntTensor | undefined
  for (const node of graph.nodes) {
    const where = `node "${brief(node.name)}" (${node.op})`
    if (Object.values(node.attrs).includes(undefined)) {
      file.fail(where, {
        problem: 'has an option that Holter does not know',
        hint: 'It may need a newer version of Holter',
      })
    }
    if (!known.byKind(node.op).constantInputs && !node.inputs.some(i => i >= 0 && !graph.tensors[i].data)) {
      file.fail(where, {
        problem: 'has no computed input',
        hint: 'Let the converter fold constants before it writes the file',
      })
    }
    const shapes = fitting(file, where, () => known.byKind(node.op).outputShapes(node.attrs, node.inputs.map(tensor)))
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
export function refuseMissing(file: FlatFile, nodes: readonly Node[], known: OperatorSet): void {
  const missing = new Map<string, string[]>()
  for (const { op, name } of nodes) {
    if (known.has(op)) continue
    const names = missing.get(op) ?? []
    names.push(name)
    missing.set(op, names)
  }
  if (missing.size === 0) return
  const list = [...missing].map(([operator, names]) => {
    const shown = names.slice(0, NAMES_IN_MESSAGE).map(n => `"${brief(n)}"`)
    if (names.length > shown.length) shown.push(`${names.length - shown.length} more`)
    return `${operator} × ${names.length} at ${shown.join(', ')}`
  })
  const supported = known.ops.map(tfliteName).sort()
  file.fail('', {
    problem: `${missing.size === 1 ? '1 operator is' : `${missing.size} operators are`} not supported: ${list.join('; ')}`,
    hint: `Supported are ${supported.join(', ')}. To add one, follow docs/operators.md`,
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
