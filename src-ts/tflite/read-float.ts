import type { FloatGraph, FloatTensor, IntTensor } from '../ir/graph.ts'
import { verifyGraph } from '../ir/verify.ts'
import { operators } from '../ops/index.ts'
import { reshape } from '../ops/reshape.ts'
import { foldShapes } from '../passes/int/fold-shapes.ts'
import { runPass } from '../passes/run-pass.ts'
import { brief, FlatFile } from './flat-file.ts'
import { checkNodes, readNodes, refuseMissing } from './read-nodes.ts'
import { readTensors } from './read-tensors.ts'
import { fileIdentifier, Model, SubGraph, schemaVersion } from './schema.ts'

/**
 * Returns the real-valued graph of a float32 .tflite file, as TensorFlow's converter writes it without optimizations. Constants are copied where
 * they must be. Computed shapes are folded. Throws HolterError of stage `tflite` on a damaged file, one that is quantized, wholly or in its
 * weights, and one with operators that Holter lacks, which it lists.
 */
export function readFloatTflite(bytes: Uint8Array, name: string): FloatGraph {
  const file = new FlatFile(bytes, name, fileIdentifier)
  const model = file.root('model')
  const version = model.uint32(Model.version, 0)
  if (version !== schemaVersion)
    file.fail('', { problem: 'unknown schema version', got: version, expected: schemaVersion })
  const subgraphs = model.tables(Model.subgraphs, 'subgraph')
  if (subgraphs.length !== 1) {
    const hint = 'Holter runs networks without control flow; export the inference function alone'
    file.fail('', { problem: 'has the wrong number of subgraphs', got: subgraphs.length, expected: 1, hint })
  }
  const subgraph = subgraphs.at(0)
  const buffers = model.tables(Model.buffers, 'buffer')
  const warnings: string[] = []
  const tensors = readTensors(subgraph, SubGraph.tensors, buffers, fact => warnings.push(fact))
  const raw = {
    name: name.replace(/^.*[/\\]/, '').replace(/\.tflite$/, ''),
    tensors,
    nodes: readNodes({ model, subgraph }, tensors, operators),
    inputs: subgraph.int32Vector(SubGraph.inputs),
    outputs: subgraph.int32Vector(SubGraph.outputs),
  }
  const graph = runPass(foldShapes, raw)
  refuseMissing(file, graph.nodes, operators)
  verifyGraph(graph, 'tflite', name)
  checkNodes(file, graph, operators, warnings)
  const used = new Set([...graph.inputs, ...graph.outputs, ...graph.nodes.flatMap(n => [...n.inputs, ...n.outputs])])
  const floats = graph.tensors.map((tensor, i) =>
    used.has(i) ? floatTensor(file, tensor) : { ...tensor, data: undefined },
  )
  // Files may leave a new shape to an input, or a size of it open; real numbers are computed with a batch of any size by the shape alone.
  const nodes = graph.nodes.map(node =>
    node.op === reshape.kind ? { ...node, attrs: { newShape: graph.tensors[node.outputs[0]].shape } } : node,
  )
  return { ...graph, tensors: floats, nodes }
}

function floatTensor(file: FlatFile, { name, shape, type, data }: IntTensor): FloatTensor {
  if (type === 'float32') return { name, shape, ...(data && { data: data as Float32Array }) }
  if (type === 'int32' && data) return { name, shape, data: data as Int32Array }
  const hint = 'Convert the model without optimizations, so that weights stay float32'
  return file.fail(`tensor "${brief(name)}"`, { problem: 'is not float32', got: type, hint })
}
