import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { HolterError } from '../errors.ts'
import type { FloatGraph, FloatTensor, Node, Shape } from '../ir/graph.ts'
import type { Metadata } from '../ir/metadata.ts'
import type { Exporting, LayerExport } from './export/exporting.ts'
import { exportableLayers, exportOf } from './export/index.ts'

/**
 * Returns a trained model as a FloatGraph; this is where tfjs ends.
 * A layer's [T, C] becomes [1, 1, T, C], its [H, W, C] [1, H, W, C], its [F] [1, F]. Dropout disappears, a sigmoid at the very end too: our graphs end at logits.
 * Weights are copied. Throws one HolterError that lists every layer that cannot be exported.
 */
export function exportGraph(model: LayersModel, metadata?: Metadata): FloatGraph {
  const tensors: FloatTensor[] = []
  const nodes: Node[] = []
  const problems: string[] = []
  const done = new Map<number, number>()
  const names = new Set<string>()

  /** What the exporter of the layer that makes `symbol` may do. */
  const exporting = (symbol: SymbolicTensor, sources: SymbolicTensor[], inputs: number[]): Exporting => {
    const layer = symbol.sourceLayer
    const name = unique(layer.name, names)
    const outputShape = graphShape(symbol.shape)
    let calls = 0
    return {
      inputs,
      inputShapes: inputs.map(i => tensors[i].shape),
      outputShape,
      inputRanks: sources.map(({ shape }) => shape.length),
      outputRank: symbol.shape.length,
      last: model.outputs.includes(symbol),
      placeholder: () => tensors.push({ name, shape: outputShape }) - 1,
      constant: (role, shape, data) => tensors.push({ name: `${name}/${role}`, shape, data }) - 1,
      node(op, attrs, nodeInputs, shape = outputShape) {
        const nodeName = calls++ ? `${name}/${op}${calls}` : name
        const output = tensors.push({ name: nodeName, shape }) - 1
        nodes.push({ name: nodeName, op, attrs, inputs: nodeInputs, outputs: [output] })
        return output
      },
      refuse: reason => void problems.push(`${layer.name} (${layer.getClassName()}): ${reason}`),
    }
  }
  const visit = (symbol: SymbolicTensor): number => {
    const known = done.get(symbol.id)
    if (known !== undefined) return known
    const layer = symbol.sourceLayer
    // An input layer is its own input.
    const sources = layer.inboundNodes[symbol.nodeIndex].inputTensors.filter(source => source !== symbol)
    const to = exporting(symbol, sources, sources.map(visit))
    if (to.outputShape.includes(0)) to.refuse(`its shape ${printed(symbol.shape)} is not fixed`)
    const result = (exportOf(layer.getClassName()) ?? unsupported).export(layer, to)
    done.set(symbol.id, result)
    return result
  }

  const inputs = model.inputs.map(visit)
  const outputs = model.outputs.map(visit)
  if (problems.length) {
    throw new HolterError({
      stage: 'export',
      where: model.name,
      problem: `layers that cannot be exported: ${problems.join('; ')}`,
      hint: `Layers that can: ${exportableLayers.join(', ')}`,
    })
  }
  return { name: model.name, tensors, nodes, inputs, outputs, ...(metadata ? { metadata } : {}) }
}

/** Stands in for an exporter, so that the layers behind are looked at too. */
const unsupported: Pick<LayerExport, 'export'> = {
  export(_, to) {
    to.refuse('no exporter')
    return to.placeholder()
  },
}

function printed(shape: readonly (number | null)[]): string {
  const sizes = shape.slice(1).map(n => n ?? '?')
  return `[${sizes.join(', ')}]`
}

/** Keras' [null, T, C] as TFLite's [1, 1, T, C], other shapes with a batch of 1; any other unknown size becomes 0. */
function graphShape(shape: readonly (number | null)[]): Shape {
  const sizes = shape.slice(1).map(n => n ?? 0)
  return sizes.length === 2 ? [1, 1, ...sizes] : [1, ...sizes]
}

function unique(name: string, names: Set<string>): string {
  let free = name
  for (let i = 2; names.has(free); i++) free = `${name}_${i}`
  names.add(free)
  return free
}
