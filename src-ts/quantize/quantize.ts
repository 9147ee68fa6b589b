import { HolterError } from '../errors.ts'
import type { ActivationType, FloatGraph, FloatTensor, IntGraph, IntTensor, Node, Quantization } from '../ir/graph.ts'
import { quantizationFor, type Range } from '../ir/quantization-for.ts'
import { verifyGraph } from '../ir/verify.ts'
import { opByKind } from '../ops/index.ts'
import type { ConstantForm } from '../ops/op.ts'
import { type Ranges, union } from './calibrate.ts'
import { withConversions } from './conversions.ts'
import { int8Scheme, type Scheme } from './scheme.ts'
import { tiedGroups } from './ties.ts'

/**
 * Returns the integer network of a graph that has been through the passes: activations with one scale and zero point a tensor, weights with
 * a scale a channel. Tensor numbers stay those of the FloatGraph, and node numbers too where all is int8.
 * Throws HolterError when a range is missing or an operator cannot take its constants or the type.
 */
export function quantize(float: FloatGraph, ranges: Ranges, scheme: Scheme = int8Scheme): IntGraph {
  const { graph, types, sources } = withConversions(float, scheme)
  const rangeOf = (index: number) => ranges.get(sources.get(index) ?? index)
  const shared = sharedQuantization(graph, types, rangeOf)
  const tensors: IntTensor[] = graph.tensors.map(({ name, shape }, i) => ({
    name,
    shape,
    type: types[i],
    quantization: shared[i],
  }))
  const taken = new Set<number>()
  const nodes = graph.nodes.map(node => {
    const form = { weightBits: scheme.weightBits, activation: types[node.outputs[0]] }
    const constants = quantizedConstants(graph, node, shared, form)
    const inputs = node.inputs.map((index, position) => {
      const constant = constants[position]
      if (!constant) return index
      // A constant that two nodes read may be quantized for each in its own way.
      const place = taken.has(index) ? tensors.length : index
      taken.add(index)
      tensors[place] = constant
      return place
    })
    return { ...node, inputs }
  })
  const quantized = { ...graph, tensors, nodes }
  verifyGraph(quantized, 'quantize', graph.name)
  return quantized
}

/** Returns the quantization of every tensor that is computed or fed; tied tensors, which are of one type, share one. Undefined for constants. */
export function sharedQuantization(
  graph: FloatGraph,
  types: readonly ActivationType[],
  rangeOf: (tensor: number) => Range | undefined,
): (Quantization | undefined)[] {
  const group = tiedGroups(graph)
  const seen = new Map<number, Range[]>()
  const fixed = fixedQuantization(graph, types, group)
  const computed = [...graph.inputs, ...graph.nodes.flatMap(node => node.outputs)]
  for (const index of computed) {
    const range = rangeOf(index)
    if (!range) {
      throw new HolterError({ stage: 'quantize', where: graph.tensors[index].name, problem: 'tensor has no range' })
    }
    seen.set(group[index], [...(seen.get(group[index]) ?? []), range])
  }
  const perGroup = new Map(
    [...seen].map(([root, all]) => [root, fixed.get(root) ?? quantizationFor(union(all), types[root])]),
  )
  return graph.tensors.map(({ data }, i) => (data ? undefined : perGroup.get(group[i])))
}

/** Quantization that TFLite prescribes, by group. A group can hold only one such tensor, and nothing with a range of its own. */
function fixedQuantization(
  graph: FloatGraph,
  types: readonly ActivationType[],
  group: readonly number[],
): Map<number, Quantization> {
  const fixed = new Map<number, Quantization>()
  const sources = new Map<number, string>(graph.inputs.map(i => [group[i], graph.tensors[i].name]))
  for (const node of graph.nodes) {
    const { quantization } = opByKind(node.op)
    if (quantization.kind === 'same-as-input') continue
    const root = group[node.outputs[0]]
    const prescribed = quantization.kind === 'fixed' ? quantization : undefined
    if (sources.has(root) && (prescribed || fixed.has(root))) {
      throw new HolterError({
        stage: 'quantize',
        where: node.name,
        problem: `shares its scale with ${sources.get(root)} (through a concatenation), but TFLite prescribes one of them`,
      })
    }
    sources.set(root, node.name)
    if (!prescribed) continue
    const wide = types[root] === 'int16'
    const { scale, zeroPoint } = wide ? { scale: prescribed.int16Scale!, zeroPoint: 0 } : prescribed
    fixed.set(root, { scale: [scale], zeroPoint: [zeroPoint], axis: 0 })
  }
  return fixed
}

/** Returns a node's constants as integers, by input position; undefined where the input is data or left out. */
export function quantizedConstants(
  graph: FloatGraph,
  node: Node,
  shared: readonly (Quantization | undefined)[],
  form: ConstantForm,
): (IntTensor | undefined)[] {
  const op = opByKind(node.op)
  const isConstant = (t: FloatTensor | undefined): t is FloatTensor & { data: Float32Array | Int32Array } =>
    t?.data !== undefined
  const constants = node.inputs.map(index => {
    const tensor = graph.tensors[index]
    return isConstant(tensor) ? tensor : undefined
  })
  if (constants.every(constant => constant === undefined)) return constants as undefined[]
  if (!op.quantizeConstants) {
    throw new HolterError({
      stage: 'quantize',
      where: node.name,
      problem: `${node.op} cannot take a constant as input`,
    })
  }
  const inputs = node.inputs.flatMap(index => shared[index] ?? [])
  const quantized = op.quantizeConstants(node.attrs, constants, inputs, form)
  return constants.map((constant, i) => constant && { name: constant.name, ...quantized[i]! })
}
